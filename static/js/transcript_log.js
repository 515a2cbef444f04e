import { Earlier } from "./transcript_earlier.js";
import { Find } from "./transcript_find.js";
import { showGaps } from "./transcript_gaps.js";
import { Links } from "./transcript_link.js";
import { Signs } from "./transcript_signs.js";

const NEAR_PX = 40;

/** <transcript-log>: one call's turns. It follows what is said, unless its reader scrolled up or said so. */
class TranscriptLog extends HTMLElement {
  #isFollowing = true;
  #anchor = null; // the first turn that is seen, and how far below the upper edge it stands

  connectedCallback() {
    this.turns = this.querySelector(".turns");
    this.gap = this.querySelector('[data-sign="gap"]');
    this.jump = this.querySelector(".jump");
    this.followButton = this.querySelector("button.follow");
    this.earlier = new Earlier(this.turns);
    this.links = new Links(this, this.earlier);
    this.signs = new Signs(this);
    this.find = this.querySelector("#find") && new Find(this, this.earlier);
    this.turns.addEventListener("scroll", this.#scrolled, { passive: true });
    this.jump.addEventListener("click", () => this.#follow());
    this.followButton?.addEventListener("click", () => (this.#isFollowing ? this.stopFollowing() : this.#follow()));
    for (const button of this.querySelectorAll("button.hide")) button.addEventListener("click", () => this.#hide(button));
    this.#watch();
    this.#changed([...this.turns.querySelectorAll(":scope > .turn")]);
    this.links.open();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
    this.teller.disconnect();
    this.earlier.end();
    this.links.end();
  }

  stopFollowing() {
    this.#setFollowing(false);
  }

  isHidden(turn) {
    return !turn.matches(".aside") && this.#hidden().includes(turn.matches(".customer") ? "customer" : "agent");
  }

  #watch() {
    this.watcher = new MutationObserver((changes) => {
      const fresh = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.isConnected && node.matches?.(".turn"));
      if (fresh.length || changes.some(({ removedNodes }) => [...removedNodes].some((node) => node.matches?.(".turn")))) this.#changed(fresh);
    });
    this.watcher.observe(this.turns, { childList: true });
    this.teller = new MutationObserver(() => this.#changed([]));
    for (const slot of ["facts", "marks"]) {
      const beside = document.querySelector(`[data-slot="${slot}:${CSS.escape(this.dataset.call)}"]`);
      if (beside) this.teller.observe(beside, { childList: true });
    }
  }

  #changed(fresh) {
    this.signs.show(fresh);
    this.links.show(fresh);
    showGaps(this.turns, this.gap);
    if (this.find?.isOn && fresh.length) this.find.refresh();
    this.#stay();
  }

  /** At the end, or where one reads: whatever came above, and however much. */
  #stay() {
    if (this.#isFollowing) this.turns.scrollTop = this.turns.scrollHeight;
    else if (this.#anchor) {
      const turn = document.getElementById(this.#anchor.id);
      if (turn) this.turns.scrollTop = turn.offsetTop - this.#anchor.below;
    }
  }

  #hide(button) {
    button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
    this.turns.dataset.hide = [...this.querySelectorAll("button.hide")].filter((each) => each.ariaPressed === "true").map((each) => each.dataset.side).join(" ");
    if (this.find?.isOn) this.find.refresh();
    this.#stay();
  }

  #hidden() {
    return (this.turns.dataset.hide ?? "").split(" ");
  }

  #scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = this.turns;
    this.#setFollowing(scrollHeight - scrollTop - clientHeight < NEAR_PX);
    const edge = this.turns.offsetTop + scrollTop;
    const first = [...this.turns.querySelectorAll(":scope > .turn")].find((turn) => turn.offsetTop + turn.offsetHeight > edge);
    this.#anchor = first ? { id: first.id, below: first.offsetTop - scrollTop } : null;
  };

  #follow() {
    this.#setFollowing(true);
    this.#stay();
    this.turns.focus({ preventScroll: true });
  }

  #setFollowing(isFollowing) {
    this.#isFollowing = isFollowing;
    this.jump.hidden = isFollowing;
    if (this.followButton) this.followButton.ariaPressed = String(isFollowing);
  }
}

customElements.define("transcript-log", TranscriptLog);
