/** English: one line per topic. A translation is the same object in a folder of its own. */
import { arrivals } from "./arrivals";
import { cases } from "./cases";
import { channel } from "./channel";
import { choices } from "./choices";
import { compare } from "./compare";
import { dial } from "./dial";
import { errors } from "./errors";
import { graph } from "./graph";
import { lab } from "./lab";
import { learn } from "./learn";
import { limits } from "./limits";
import { map } from "./map";
import { matching } from "./matching";
import { network } from "./network";
import { numbers } from "./numbers";
import { offered } from "./offered";
import { page } from "./page";
import { pictures } from "./pictures";
import { plan } from "./plan";
import { proof } from "./proof";
import { report } from "./report";
import { saved } from "./saved";
import { shrink } from "./shrink";
import { terms } from "./terms";
import { unchanged } from "./unchanged";

export const english = {
  page,
  network,
  choices,
  dial,
  map,
  limits,
  channel,
  cases,
  graph,
  compare,
  plan,
  proof,
  lab,
  learn,
  pictures,
  report,
  errors,
  numbers,
  arrivals,
  matching,
  saved,
  shrink,
  terms,
  unchanged,
  offered,
};
