// ONNX's own checker, where a Python that has it is at hand: ONNX_PYTHON, else python3.
import { execFileSync } from "node:child_process";

const python = process.env.ONNX_PYTHON ?? "python3";

function available() {
  try {
    execFileSync(python, ["-c", "import onnx"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** For the `skip` option of a test: why the checker cannot be asked, or false. */
export const noChecker = available() ? false : "no Python with the onnx package (set ONNX_PYTHON to one)";

const script = `
import sys, onnx
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        sys.exit(f"{path}: {error}")
`;

/** Throws what onnx.checker says of the first file it does not accept. */
export function checkFiles(paths) {
  execFileSync(python, ["-c", script, ...paths], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
