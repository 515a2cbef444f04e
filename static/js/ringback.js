import "./alert_sound.js";
import "./connection_badge.js";
import "./for_person.js";
import "./local_time.js";
import "./mark_dialog.js";
import "./picked_count.js";
import "./saved_views.js";
import "./side_panes.js";
import "./since_time.js";
import "./transcript_log.js";
import "./zone_offer.js";
import "./actions.js";
import "./alert_count.js";
import { LivePage } from "./live_page.js";

new LivePage(document.querySelector("main")).start();
