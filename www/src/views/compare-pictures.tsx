/** What each of two plans does to the answers, image by image. */
import { value } from "../lib/format";
import type { PictureRow, SideAnswer } from "../state/compare";
import { Heads } from "./parts";

const MOST = 40;

export function ComparePictures({ rows }: { rows: PictureRow[] }) {
  if (rows.length === 0) return <p class="hint">There is no image to run on: add some under Proof.</p>;
  if (rows[0]!.a.changed === null) {
    return <p class="hint">The output is not class scores, so the answers are not compared.</p>;
  }
  return (
    <section class="compare-pictures" aria-label="What the plans do to the answers">
      <h3>Which answers</h3>
      <table>
        <caption class="hidden">Answers of A and B</caption>
        <Heads of={["image", "original", ["A", "name-a"], "KL", ["B", "name-b"], "KL"]} />
        <tbody>
          {rows.slice(0, MOST).map(({ picture, original, a, b }) => (
            <tr key={picture.id}>
              <th scope="row" title={picture.name}>
                <img src={picture.url} alt={picture.name} width="24" height="24" />
              </th>
              <td>{original.top[0]?.label}</td>
              <Side of={a} />
              <Side of={b} />
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST ? (
        <p class="hint">
          The {MOST} most changed of {rows.length} images.
        </p>
      ) : null}
    </section>
  );
}

function Side({ of }: { of: SideAnswer }) {
  const best = of.answer.top[0];
  return (
    <>
      <td class={of.changed ? "changed" : ""}>
        {best?.label} {best ? <span class="hint">{(100 * best.probability).toFixed(0)} %</span> : null}
      </td>
      <td>{value(of.kl)}</td>
    </>
  );
}
