"""`longplay.toml`: what an archive is called, on which basis it keeps, and its few limits.

Environment variables `LONGPLAY_SETTINGS__<SECTION>__<NAME>` go before the file.

Source: docs/reference/settings.md.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from longplay.errors import BadSettings, NoArchive
from longplay.formats.territories import PLACES
from longplay.model.rights import KeepingBasis, MiningPreference, Territory
from longplay.store.layout import SETTINGS

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""What an archive may be called."""


class ArchiveSettings(BaseModel, frozen=True, extra="forbid"):
    """Section `[archive]`."""

    id: str = Field(pattern=r"^[0-9a-f-]{36}$", description="UUID of the archive, made by `init`.")
    name: str = Field(
        pattern=NAME_PATTERN,
        description="Short name: bundles are called after it. Do not change it once something is published.",
    )
    keeping: KeepingBasis = Field(
        description="The institution's basis for keeping what carries no open licence."
    )


class IngestSettings(BaseModel, frozen=True, extra="forbid"):
    """Section `[ingest]`."""

    file_limit_s: float = Field(
        default=300.0, gt=0, description="Seconds one file may take before it is given up."
    )


class RightsSettings(BaseModel, frozen=True, extra="forbid"):
    """Section `[rights]`."""

    mining: Literal["allowed", "reserved", "unset"] = Field(
        default="unset",
        description="The institution's preference on text and data mining, where no statement has one.",
    )
    territories: tuple[Territory, ...] = Field(
        default=(),
        description="Where the archive publishes what is not permitted everywhere: ISO 3166-1 alpha-2, or EU.",
    )

    @field_validator("territories")
    @classmethod
    def _are_places(cls, codes: tuple[Territory, ...]) -> tuple[Territory, ...]:
        """A code that nobody knows would silently publish nothing there."""
        for code in codes:
            if code not in PLACES:
                raise ValueError(f"{code!r} is no territory: write ISO 3166-1 alpha-2 such as SE or GB, or EU")
        if twice := [code for code in codes if codes.count(code) > 1]:
            raise ValueError(f"{twice[0]!r} stands there twice")
        return codes

    @property
    def mining_preference(self) -> MiningPreference | None:
        """The preference; `None` when there is none."""
        return None if self.mining == "unset" else MiningPreference(self.mining)


class CatalogueSettings(BaseModel, frozen=True, extra="forbid"):
    """Section `[catalogue]`."""

    half_life_months: float = Field(
        default=24.0, gt=0, description="After so many months a listen counts half in popularity."
    )
    memory_gb: float = Field(
        default=4.0, ge=0.5, description="Memory a build may use before it goes to disk, GB (10^9 bytes)."
    )
    threads: int = Field(default=2, ge=1, description="Threads a build may use.")
    line_share: float = Field(
        default=0.996,
        gt=0,
        le=1,
        description="Recordings are wanted as far down the ranking as have this share of all listens.",
    )


class Settings(BaseSettings):
    """The whole file."""

    model_config = SettingsConfigDict(
        env_prefix="LONGPLAY_SETTINGS__", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    archive: ArchiveSettings
    ingest: IngestSettings = IngestSettings()
    rights: RightsSettings = RightsSettings()
    catalogue: CatalogueSettings = CatalogueSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic calls it by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file; nothing else."""
        return env_settings, init_settings


def read_settings(folder: Path) -> Settings:
    """The settings of the archive in `folder`.

    Raises:
        NoArchive: there is no `longplay.toml`.
        BadSettings: it is no TOML, or says something it may not.
    """
    path = folder / SETTINGS
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise NoArchive(str(folder)) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as exc:
        raise BadSettings(str(path), f"cannot be read: {exc}") from exc
    return _validated(path, values)


def _validated(path: Path, values: dict[str, Any]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as exc:
        problems = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors())
        raise BadSettings(str(path), problems) from exc
    except SettingsError as exc:
        raise BadSettings("environment", str(exc)) from exc


def settings_text(archive: ArchiveSettings) -> str:
    """The file `init` writes."""
    return f"""# Settings of a Longplay archive. What each means: docs/reference/settings.md

[archive]
id = "{archive.id}"
# Bundles are called after it. Do not change it once something is published.
name = "{archive.name}"
# Basis for keeping what carries no open licence; such files are kept dark, never streamed or published:
# {", ".join(basis.value for basis in KeepingBasis)}
keeping = "{archive.keeping.value}"

[rights]
# Preference on text and data mining where no statement has one: allowed, reserved, unset
mining = "unset"
# Where to publish what is not permitted everywhere, such as ["SE", "EU"]
territories = []
"""
