// ONNX's own checker, where a Python that has it is at hand: ONNX_PYTHON, else python3.
import { spawnSync } from "node:child_process";

const python = process.env.ONNX_PYTHON ?? "python3";

const available = spawnSync(python, ["-c", "import onnx"]).status === 0;

/** For the `skip` option of a test: why the checker cannot be asked, or false. */
export const noChecker = available ? false : "no Python with the onnx package (set ONNX_PYTHON to one)";

const script = `
import sys, onnx
bad = []
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        bad.append(f"{path}: {error}")
if bad:
    sys.exit("\\n".join(bad))
`;

/** Throws what onnx.checker says of the files it does not accept. */
export function checkFiles(paths) {
  const { status, signal, stderr } = spawnSync(python, ["-c", script, ...paths], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr || `Python ended by ${signal}`);
}
