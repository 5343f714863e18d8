/** What each of two plans does to the answers, image by image. */

import { fixed, value } from "../lib/format";
import type { PictureRow, SideAnswer } from "../state/compare";
import { words } from "../words";
import { Heads } from "./parts";

const MOST = 40;

export function ComparePictures({ rows }: { rows: PictureRow[] }) {
  if (rows.length === 0) return <p class="hint">{words.compare.answers.noImages}</p>;
  if (rows[0]!.a.changed === null) {
    return <p class="hint">{words.compare.answers.noClasses}</p>;
  }
  return (
    <section class="compare-pictures" aria-label={words.compare.answers.name}>
      <h3>{words.compare.answers.title}</h3>
      <table>
        <caption class="hidden">{words.compare.answers.table}</caption>
        <Heads
          of={[
            words.compare.answers.image,
            words.compare.answers.original,
            [words.compare.a, "name-a"],
            words.compare.answers.kl,
            [words.compare.b, "name-b"],
            words.compare.answers.kl,
          ]}
        />
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
      {rows.length > MOST ? <p class="hint">{words.compare.answers.most(MOST, rows.length)}</p> : null}
    </section>
  );
}

function Side({ of }: { of: SideAnswer }) {
  const best = of.answer.top[0];
  return (
    <>
      <td class={of.changed ? "changed" : ""}>
        {best?.label}{" "}
        {best ? <span class="hint">{words.compare.answers.percent(fixed(100 * best.probability, 0))}</span> : null}
      </td>
      <td>{value(of.kl)}</td>
    </>
  );
}
