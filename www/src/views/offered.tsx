import { accept, decline, offered } from "../state/offered";
import { words } from "../words";
import { Marked } from "./marked";

const t = words.offered;

/** What a link names on another host, with the click that fetches it. */
export function Offered() {
  const { value } = offered;
  if (!value) return null;
  const { host, file } = value;
  return (
    <section class="message offered" aria-label={t.name}>
      <p>
        <Marked text={t.asks(file, host)} />
      </p>
      <p>{t.size}</p>
      <button type="button" class="primary" onClick={accept}>
        {t.open(host)}
      </button>
      <button type="button" onClick={decline}>
        {t.decline}
      </button>
    </section>
  );
}
