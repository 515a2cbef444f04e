"""What agents say at their own moments, in each language that dialogues have."""

PUT_THROUGH = {
    "en-US": "One moment please, I will put you through to my colleague.",
    "es-US": "Un momento, por favor, le paso con mi compañero.",
    "de-DE": "Einen Moment bitte, ich verbinde Sie mit meinem Kollegen.",
    "ar-AE": "لحظة من فضلك، سأحولك إلى زميلي.",
    "ja-JP": "少々お待ちください。|担当の者に|おつなぎいたします。",
}
TAKEN_OVER = {
    "en-US": "Hello, this is {agent}. I have your notes in front of me, so you need not start again.",
    "es-US": "Hola, soy {agent}. Tengo sus datos delante, no hace falta que empiece de nuevo.",
    "de-DE": "Hallo, hier ist {agent}. Ihre Notizen liegen mir vor, Sie müssen nicht von vorn anfangen.",
    "ar-AE": "أهلاً، معك {agent}. ملاحظاتك أمامي، فلا داعي لأن تبدأ من جديد.",
    "ja-JP": "お電話代わりました、{agent}です。|お話は伺っておりますので、|最初からでなくて大丈夫です。",
}
CALLING = {
    "en-US": "Hello, this is {agent} from Acme. You asked us to get in touch, how can I help?",
    "es-US": "Buenos días, soy {agent} de Acme. Nos pidió que le llamáramos, ¿en qué puedo ayudarle?",
    "de-DE": "Guten Tag, hier ist {agent} von Acme. Sie wollten uns sprechen, wie kann ich helfen?",
    "ar-AE": "مرحباً، معك {agent} من أكمي. طلبت أن نتصل بك، كيف أساعدك؟",
    "ja-JP": "アクメの{agent}と申します。|お電話のご希望をいただきましたが、|いかがなさいましたか。",
}
