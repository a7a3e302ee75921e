import { NotFound } from "../../shell/not-found";

export default function Later() {
  return <NotFound />;
}
