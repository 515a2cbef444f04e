/** <screen-own>: the wall screen of somebody who signed in: in full, and back to the wall. */
class ScreenOwn extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("#full-screen");
    button.hidden = !document.fullscreenEnabled;
    button.addEventListener("click", () => document.documentElement.requestFullscreen());
  }
}

customElements.define("screen-own", ScreenOwn);
