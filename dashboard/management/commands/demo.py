import asyncio
import os
import secrets
import shlex
import socket
from contextlib import ExitStack
from pathlib import Path
from string import Template

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandParser, call_command

from calls.models import Agent, Shard, Stream
from dashboard.demo.centre.floor import INSTANCE_ARN, INSTANCE_ID
from dashboard.demo.centre.streams import CHOICES, stream_tables
from dashboard.kept import kept_secret
from dashboard.management.commands.run import Command as RunCommand
from dashboard.processes import Processes, Program, procfile

PEOPLE = {"alice": "supervisor", "bob": "team lead", "charlie": "agent", "dana": "admin"}


class Command(RunCommand):
    help = "Run Ringback with a simulated contact centre, and stand-ins for Kinesis, Connect and Salesforce."
    target = "demo"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--calls", type=int, default=12, help="calls in progress at a time")
        parser.add_argument("--rate", type=float, default=1, help="how much faster than usual they arrive")
        parser.add_argument("--streams", choices=CHOICES, default="all", help="the streams that Amazon Connect fills")

    def handle(self, *args: object, **options: object) -> None:
        self.refuse_a_taken_port()
        self.folder = settings.VAR_DIR / "demo"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.kinesis_port, self.connect_port, self.salesforce_port = free_ports(3)
        self.streams = CHOICES[str(options["streams"])]
        self.centre = f"--calls {options['calls']} --rate {options['rate']} --streams {options['streams']}"
        call_command("migrate", verbosity=0)
        self.configure()
        self.passwords = {username: give_password(username, self.folder) for username in PEOPLE}
        self.run_until_told(self.stand_in_env(), self.start)

    def configure(self) -> None:
        template = Template((settings.BASE_DIR / "dashboard/demo/demo.toml").read_text())
        filled = self.folder / "demo.toml"
        salesforce_url = f"https://localhost:{self.salesforce_port}"
        filled.write_text(template.substitute(salesforce_url=salesforce_url, streams=stream_tables(self.streams)))
        os.environ["RINGBACK_DEMO_CLIENT_SECRET"] = "for the stand-in only"  # noqa: S105
        call_command("configure", str(filled), verbosity=0)
        self.begin_anew()

    def begin_anew(self) -> None:
        """The stand-in's streams are new with each start: no gap lies between two of them."""
        streams = Stream.objects.filter(instance__arn=INSTANCE_ARN)
        Shard.objects.filter(stream__in=streams).delete()
        streams.update(first_listed_at=None, listed_at=None)
        # Whoever was at work when the last one was stopped has gone home, and nobody could say so.
        left = Agent.objects.filter(instance__arn=INSTANCE_ARN)
        left.update(is_signed_in=False, is_missing=False, contacts=[], snapshot_at=None)

    def stand_in_env(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_KINESIS": f"http://127.0.0.1:{self.kinesis_port}",
            "AWS_ENDPOINT_URL_CONNECT": f"http://127.0.0.1:{self.connect_port}",
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_DEFAULT_REGION": "us-east-1",
            "REQUESTS_CA_BUNDLE": str(self.folder / "ca.pem"),
        }

    async def start(self, processes: Processes) -> None:
        stand_in = "exec python -m dashboard.demo."
        streams = " ".join(f"--stream {name}:2" for name in self.streams)
        await processes.start(
            Program("kinesis", f"{stand_in}kinesis --port {self.kinesis_port} {streams}"),
            Program("connect", f"{stand_in}connect --port {self.connect_port} --instance {INSTANCE_ID}"),
            Program(
                "salesforce",
                f"{stand_in}salesforce --port {self.salesforce_port} --certificates {shlex.quote(str(self.folder))}",
            ),
        )
        ports = (self.kinesis_port, self.connect_port, self.salesforce_port)
        await asyncio.gather(*map(until_listening, ports))
        await processes.start(
            Program("centre", f"{stand_in}centre {self.centre}"),
            *procfile(settings.BASE_DIR / "Procfile"),
        )
        await self.until_the_site_answers()
        self.stdout.write(self.sign_ins())

    def sign_ins(self) -> str:
        lines = ["", f"Ringback is at {settings.PUBLIC_URL}", ""]
        lines += [f"{PEOPLE[name]:<12} {name:<10} {password}" for name, password in self.passwords.items()]
        lines += ["", "Ctrl-C stops it.", ""]
        width = max(map(len, lines))
        rule = "─" * (width + 4)
        return "\n".join(["", f"╭{rule}╮", *(f"│  {line:<{width}}  │" for line in lines), f"╰{rule}╯", ""])


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        listeners = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


async def until_listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def give_password(username: str, folder: Path) -> str:
    password = kept_secret(folder / f"{username}.password", three_words)
    person = get_user_model().objects.get(username=username)
    if not person.check_password(password):  # a new one would sign everybody out
        person.set_password(password)
        person.save(update_fields=["password"])
    return password


def three_words() -> str:
    """Pronounceable, and with 14 x 5 syllables in nine places past guessing."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    return "-".join("".join(secrets.choice(syllables) for _ in range(3)) for _ in range(3))
