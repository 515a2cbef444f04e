/** The tab's icon with a number on it, drawn: there is no file for each number. */
const SIZE = 32;
const RADIUS = 10;
const FONT = "bold 15px system-ui, sans-serif";
const ALARM = "#ad2119";
const ON_ALARM = "#fff";

const link = document.querySelector('link[rel="icon"]');
const plain = link.href;
let drawn = "";
let image = null;

export async function numbered(words) {
  if (words === drawn) return;
  drawn = words;
  image ??= await loaded(plain);
  if (words === drawn) link.href = words && image ? withNumber(words) : plain;
}

async function loaded(address) {
  const picture = new Image(SIZE, SIZE);
  picture.src = address;
  try {
    await picture.decode();
    return picture;
  } catch {
    return null;
  }
}

function withNumber(words) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, SIZE, SIZE);
  pen.fillStyle = ALARM;
  pen.beginPath();
  pen.arc(SIZE - RADIUS, RADIUS, RADIUS, 0, 2 * Math.PI);
  pen.fill();
  Object.assign(pen, { fillStyle: ON_ALARM, font: FONT, textAlign: "center", textBaseline: "middle" });
  pen.fillText(words.length > 1 ? "9+" : words, SIZE - RADIUS, RADIUS + 1, 2 * RADIUS - 3);
  return canvas.toDataURL("image/png");
}
