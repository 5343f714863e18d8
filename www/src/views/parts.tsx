/** Small pieces that several views use. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { readNumber } from "../lib/number";
import { noticeText } from "../state/store";
import { words } from "../words";

/** A file input that looks like a button; the input itself carries the name and the focus. */
export function FileButton(props: {
  name: string;
  multiple?: boolean;
  /** A whole folder; its files know their paths. */
  directory?: boolean;
  accept?: string;
  primary?: boolean;
  /** Choose a folder; all files in it arrive. */
  folder?: boolean;
  onFiles: (files: File[], since: number) => void;
  children: ComponentChildren;
}) {
  return (
    <label class={`button file ${props.primary ? "primary" : ""}`}>
      <input
        type="file"
        aria-label={props.name}
        multiple={props.multiple ?? false}
        {...(props.directory ? { webkitdirectory: true } : {})}
        {...(props.accept ? { accept: props.accept } : {})}
        {...(props.folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          const input = event.currentTarget;
          const files = [...(input.files ?? [])];
          // So that choosing the same file again is a change again.
          input.value = "";
          if (files.length > 0) props.onFiles(files, event.timeStamp);
        }}
      />
      <span aria-hidden="true">{props.children}</span>
    </label>
  );
}

export function Choice<T extends string>(props: {
  name: string;
  hideLabel?: boolean;
  value: T;
  options: readonly (readonly [T, string, boolean?])[];
  onChoose: (value: T) => void;
}) {
  return (
    <label class="choice">
      <span class={props.hideLabel ? "hidden" : ""}>{props.name}</span>
      <select
        value={props.value}
        onChange={(event) => {
          const wanted = event.currentTarget.value as T;
          // Shows what is in force, also when the choice is refused.
          event.currentTarget.value = props.value;
          props.onChoose(wanted);
        }}
      >
        {props.options.map(([value, label, disabled]) => (
          <option key={value} value={value} disabled={disabled ?? false}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/**
 * A number that is taken on Enter or blur, never while being typed. A text to the browser: its own number fields drop
 * what they do not understand, and "0.5,3" would be taken as 0.53.
 */
export function NumberBox(props: {
  name: string;
  /** What stands before the box, where that is less than its name. */
  label?: string;
  value: number;
  min: number;
  max: number;
  step?: number | "any";
  hideLabel?: boolean;
  onCommit: (value: number, since: number) => void;
}) {
  const ref = useRef<HTMLInputElement>(null);
  const latest = useRef(props.value);
  latest.current = props.value;
  const typing = ref.current !== null && ref.current === document.activeElement && ref.current.dataset.typing === "yes";
  const shown = typing ? ref.current!.value : String(props.value);
  const within = (value: number) => Math.min(props.max, Math.max(props.min, value));
  const step = typeof props.step === "number" ? props.step : 0.01;
  return (
    <label class={`number ${props.hideLabel ? "bare" : ""}`}>
      {props.hideLabel ? null : <span>{props.label ?? props.name}</span>}
      <input
        ref={ref}
        type="text"
        role="spinbutton"
        inputMode="decimal"
        autoComplete="off"
        aria-label={props.name}
        aria-valuemin={props.min}
        aria-valuemax={props.max}
        aria-valuenow={props.value}
        value={shown}
        onInput={(event) => {
          event.currentTarget.dataset.typing = "yes";
        }}
        onChange={(event) => {
          const input = event.currentTarget;
          input.dataset.typing = "";
          const value = readNumber(input.value);
          if (value !== null) props.onCommit(within(value), event.timeStamp);
          else if (input.value.trim() !== "") noticeText.value = words.dial.noNumber(input.value, String(props.value));
          // What was out of range or no number shows what is in force.
          queueMicrotask(() => {
            if (input.dataset.typing !== "yes") input.value = String(latest.current);
          });
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.currentTarget.dataset.typing = "";
            event.currentTarget.value = String(props.value);
          }
          const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
          if (way === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          event.currentTarget.dataset.typing = "";
          const from = readNumber(event.currentTarget.value) ?? props.value;
          // As many digits as the step and the number have: 0.1 + 0.2 is to be 0.3.
          props.onCommit(within(Number((from + way * step).toFixed(10))), event.timeStamp);
        }}
      />
    </label>
  );
}

export function Step(props: { n: number; title: string; children?: ComponentChildren }) {
  return (
    <div class="step">
      <h2>
        <span class="step-number" aria-hidden="true">
          {props.n}
        </span>
        {props.title}
      </h2>
      {props.children}
    </div>
  );
}

/** The head of a table with one line, a name or [name, class] each; "" is the cell over what needs no name. */
export function Heads({ of, look = "" }: { of: readonly (string | readonly [string, string])[]; look?: string }) {
  return (
    <thead class={look}>
      <tr>
        {of.map((it, i) => {
          const [title, mark] = typeof it === "string" ? [it, ""] : it;
          return title === "" ? (
            <td key={i} />
          ) : (
            <th key={i} scope="col" class={mark}>
              {title}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** A bar that is filled by a part of the whole. */
export function Bar({ part, of }: { part: number; of: number }) {
  const share = of > 0 ? Math.min(1, Math.max(0, part / of)) : 0;
  return (
    <span class="bar" aria-hidden="true">
      <span style={{ width: `${100 * share}%` }} />
    </span>
  );
}
