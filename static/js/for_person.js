/** <for-person person="5">: only that person sees what is in it; the server refuses the others anyway. */
class ForPerson extends HTMLElement {
  connectedCallback() {
    this.hidden = this.getAttribute("person") !== document.body.dataset.person;
  }
}

customElements.define("for-person", ForPerson);
