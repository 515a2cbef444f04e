/** <picked-count of="alert">: how many rows of the list are selected; of cases, if it does not say. */
class PickedCount extends HTMLElement {
  #count = () => {
    const picked = document.querySelectorAll(`input[name="${this.getAttribute("of") ?? "case"}"]:checked`).length;
    this.textContent = `${picked} selected`;
  };

  connectedCallback() {
    document.addEventListener("change", this.#count);
    document.addEventListener("live:placed", this.#count);
    this.#count();
  }

  disconnectedCallback() {
    document.removeEventListener("change", this.#count);
    document.removeEventListener("live:placed", this.#count);
  }
}

customElements.define("picked-count", PickedCount);
