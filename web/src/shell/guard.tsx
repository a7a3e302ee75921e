import { Component, type ComponentChildren } from "preact";
import { Broken } from "./broken";

/** Round everything: a screen that breaks, or a part of it that cannot be loaded any more, says so. */
export class Guard extends Component<{ children: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false };

  static override getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}
