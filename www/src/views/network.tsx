import { bytes, compact, count } from "../lib/format";
import { arrive } from "../state/arrivals";
import { openSample } from "../state/models";
import { type Model, model, type SampleNetwork, samples } from "../state/store";
import { FileButton, Step } from "./parts";

export function NetworkView() {
  const open = model.value;
  return (
    <section class="network" aria-label="Network">
      <Step n={1} title="Network" />
      <FileButton
        name="Open an ONNX model"
        primary
        multiple
        onFiles={(files, since) => void arrive(files, since, true)}
      >
        Open an ONNX model
      </FileButton>
      <p class="hint">or drop one anywhere on this page, or try one of these:</p>
      <ul class="samples" aria-label="Sample models">
        {samples.value.networks.map((sample) => (
          <Sample key={sample.file} sample={sample} />
        ))}
      </ul>
      {open ? <Facts open={open} /> : null}
      <footer class="about">
        <p>
          After Zhao et al.,{" "}
          <cite>Probability-Based Channel Pruning for Depthwise Separable Convolutional Networks</cite>, JCST 37(3),
          2022. doi 10.1007/s11390-022-2131-8
        </p>
      </footer>
    </section>
  );
}

function Sample({ sample }: { sample: SampleNetwork }) {
  const source = model.value?.source;
  const isOpen = source?.kind === "sample" && source.file === sample.file;
  return (
    <li>
      <button
        type="button"
        aria-pressed={isOpen}
        onClick={(event) => void openSample(sample.file, event.timeStamp)}
        title={`${count(sample.params)} parameters, ${count(sample.macs)} multiply-adds, ${sample.data} test accuracy ${(100 * sample.accuracy).toFixed(1)} %`}
      >
        <span class="sample-name">{sample.name}</span>
        <span class="sample-facts">
          {sample.data} · {(100 * sample.accuracy).toFixed(1)} % · {bytes(sample.bytes)}
        </span>
      </button>
    </li>
  );
}

function Facts({ open }: { open: Model }) {
  const { overview } = open;
  const { model: info } = overview;
  const shape = (values: { shape: string[] }[]) => values.map((value) => value.shape.join("×")).join(", ");
  return (
    <div class="facts">
      <h3 title={overview.file}>{overview.file}</h3>
      <dl>
        <div>
          <dt>Parameters</dt>
          <dd title={count(overview.params)}>{compact(overview.params)}</dd>
        </div>
        <div>
          <dt>MACs</dt>
          <dd title={count(overview.macs)}>{compact(overview.macs)}</dd>
        </div>
        <div>
          <dt>Channels</dt>
          <dd>{count(overview.channels)}</dd>
        </div>
        <div>
          <dt title="Depthwise convolutions between two normalised layers">Pairs</dt>
          <dd>{overview.pairs.length}</dd>
        </div>
        <div>
          <dt>Input</dt>
          <dd>{shape(info.inputs)}</dd>
        </div>
        <div>
          <dt>Output</dt>
          <dd>{shape(info.outputs)}</dd>
        </div>
        <div>
          <dt>File</dt>
          <dd>{bytes(overview.bytes)}</dd>
        </div>
        <div>
          <dt>Opset</dt>
          <dd>{info.opset}</dd>
        </div>
      </dl>
      {overview.folded ? <p class="folded">{overview.folded}</p> : null}
    </div>
  );
}
