// `npm start`: sets up, builds, serves, and prints the address.
import { build } from "./build.mjs";
import { at, main, say } from "./lib.mjs";
import { serve } from "./serve.mjs";

await main(import.meta, async () => {
  await build();
  const { url } = await serve(at("dist"), Number(process.env.PORT ?? 5173), 20);
  say(`\nThe playground is on ${url}\nCtrl-C stops it.`);
});
