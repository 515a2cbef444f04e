/** <mark-dialog>: asks for the comment of a mark, of a turn that gets one or of one's own that is changed. */
class MarkDialog extends HTMLElement {
  #asked = null; // {address, values}

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.comment = this.querySelector("textarea");
    this.dialog.addEventListener("close", () => this.#closed());
    document.addEventListener("click", this.#clicked);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#clicked);
  }

  #clicked = ({ target }) => {
    const turn = target.closest(".mark-turn")?.closest(".turn");
    if (turn) this.#ask(this.dataset.address, turn.querySelector(".said").textContent, "", { turn: turn.dataset.turn });
    const edit = target.closest(".edit-mark");
    const mark = edit?.closest("[data-mark]");
    if (mark) this.#ask(edit.dataset.address, mark.querySelector("blockquote").textContent, mark.querySelector(".comment")?.textContent ?? "", {});
  };

  #ask(address, words, comment, values) {
    this.#asked = { address, values };
    this.querySelector("blockquote").textContent = words;
    this.comment.value = comment;
    this.dialog.returnValue = "";
    this.dialog.showModal();
    this.comment.focus();
  }

  #closed() {
    const { address, values } = this.#asked;
    if (this.dialog.returnValue !== "save") return;
    const target = `#marks-${this.dataset.call}`;
    window.htmx.ajax("POST", address, { target, swap: "outerHTML", values: { ...values, comment: this.comment.value } });
  }
}

customElements.define("mark-dialog", MarkDialog);
