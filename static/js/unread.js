/** Which alerts came since this person marked them as seen: told by the body, because rows are the same for all. */
export function isUnread(at) {
  const { alertsSeenAt } = document.body.dataset;
  return !alertsSeenAt || at > alertsSeenAt; // both in UTC, to the millisecond
}

class UnreadMark extends HTMLElement {
  connectedCallback() {
    this.hidden = !isUnread(this.getAttribute("at"));
    this.closest("article").classList.toggle("is-unread", !this.hidden);
  }
}

customElements.define("unread-mark", UnreadMark);
