import { sheet } from "../state/learn";
import { dropping, model, screen } from "../state/store";
import { words } from "../words";
import { Bench } from "./bench";
import { Dial } from "./dial";
import { TeachersSheet } from "./learn/sheet";
import { MapView } from "./map";
import { Messages } from "./messages";
import { NetworkView } from "./network";
import { PlanView } from "./plan";
import { ProofView } from "./proof";
import { Report } from "./report";
import { ShrinkPage } from "./shrink/shrink";
import { Split } from "./shrink/split";
import { Splitter, Work } from "./splitter";
import { TopBar } from "./topbar";

export function App() {
  return (
    <>
      <TopBar />
      <Messages />
      {screen.reporting.value ? <Report /> : <Page />}
      <Split />
      {dropping.value ? (
        <div class="dropzone" aria-hidden="true">
          <p>{words.page.drop}</p>
        </div>
      ) : null}
    </>
  );
}

function Page() {
  if (screen.mode.value === "learn" && sheet.value) return <TeachersSheet />;
  if (screen.mode.value !== "research") return <ShrinkPage />;
  return (
    <main class={model.value ? "research" : "research empty"}>
      <Work>
        <NetworkView />
        <section class="channels" aria-label={words.page.channels}>
          <MapView />
          <Splitter />
          <Bench />
        </section>
      </Work>
      <Dial />
      <PlanView />
      <ProofView />
    </main>
  );
}
