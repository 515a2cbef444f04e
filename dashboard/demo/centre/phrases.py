"""What agents say at their own moments, in each language that dialogues have."""

PUT_THROUGH = {
    "en-US": "One moment please, I will put you through to my colleague.",
    "es-US": "Un momento, por favor, le paso con mi compañero.",
    "de-DE": "Einen Moment bitte, ich verbinde Sie mit meinem Kollegen.",
}
TAKEN_OVER = {
    "en-US": "Hello, this is {agent}. I have your notes in front of me, so you need not start again.",
    "es-US": "Hola, soy {agent}. Tengo sus datos delante, no hace falta que empiece de nuevo.",
    "de-DE": "Hallo, hier ist {agent}. Ihre Notizen liegen mir vor, Sie müssen nicht von vorn anfangen.",
}
CALLING = {
    "en-US": "Hello, this is {agent} from Acme. You asked us to get in touch, how can I help?",
    "es-US": "Buenos días, soy {agent} de Acme. Nos pidió que le llamáramos, ¿en qué puedo ayudarle?",
    "de-DE": "Guten Tag, hier ist {agent} von Acme. Sie wollten uns sprechen, wie kann ich helfen?",
}
