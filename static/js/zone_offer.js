/** <zone-offer for="id">: offers the browser's own time zone for a select that says another. */
class ZoneOffer extends HTMLElement {
  connectedCallback() {
    const select = document.getElementById(this.getAttribute("for"));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const isKnown = [...(select?.options ?? [])].some((option) => option.value === zone);
    if (!isKnown || select.value === zone || this.querySelector("button")) return;
    this.append(this.querySelector("template").content.cloneNode(true));
    const button = this.querySelector("button");
    button.textContent = `Use this browser's: ${zone}`;
    button.addEventListener("click", () => {
      select.value = zone;
      select.focus();
    });
  }
}

customElements.define("zone-offer", ZoneOffer);
