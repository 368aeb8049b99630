"""Set-up does only what is not done, and says what to do when it may not do it."""

import subprocess

import pytest

from local_runtime import bootstrap


@pytest.fixture
def commands(monkeypatch):
    """What set-up would run, instead of running it. Only what changes the machine is held back."""
    run = []

    def remember(command, **rest):
        run.append([str(part) for part in command])
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr(bootstrap.subprocess, "run", remember)
    return run


def test_packages_are_installed_once_for_each_lock(tmp_path, monkeypatch, commands):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    lock = tmp_path / "requirements.txt"
    for content in ("a==1\n", "a==1\n", "a==2\n"):
        lock.write_text(content)
        bootstrap._python_packages(["requirements.txt"])
    assert len(commands) == 2
    assert all("--require-hashes" in command for command in commands)


@pytest.mark.parametrize("code", [0, 1])
def test_pip_is_heard_only_when_it_fails(tmp_path, monkeypatch, capfd, code):
    pip = tmp_path / "python"
    pip.write_text(f"#!/bin/sh\necho 'WARNING: Location /x is ignored'\necho 'ERROR: no match' >&2\nexit {code}\n")
    pip.chmod(0o755)
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path, "PYTHON": pip}.items():
        monkeypatch.setattr(bootstrap, name, value)
    (tmp_path / "requirements.txt").write_text("a==1\n")
    if code:
        with pytest.raises(bootstrap.SetupError, match="ERROR: no match(.|\n)*Meldingen fra pip står over"):
            bootstrap._python_packages(["requirements.txt"])
    else:
        bootstrap._python_packages(["requirements.txt"])
    output = capfd.readouterr()
    assert "WARNING" not in output.out + output.err


def test_a_removed_folder_is_installed_again(tmp_path, monkeypatch, commands):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    (tmp_path / "package-lock.json").write_text("{}")
    modules = tmp_path / "node_modules"
    for _ in range(2):
        modules.mkdir()
        bootstrap._front_end_packages()
        bootstrap._front_end_packages()
        (modules / ".installed-package-lock.json").unlink()
        modules.rmdir()
    assert [command[-4] for command in commands if "ci" in command] == ["ci", "ci"]


@pytest.mark.parametrize("root", [True, False])
def test_system_libraries_are_installed_by_root_and_named_for_others(monkeypatch, commands, root):
    monkeypatch.setattr(bootstrap, "_loads", lambda library: library != "libpango-1.0.so.0")
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    if root:
        bootstrap._system_libraries()
        assert commands[-1][:1] + commands[-1][-1:] == ["apt-get", "libpango-1.0-0"]
        return
    with pytest.raises(bootstrap.SetupError, match="sudo apt-get install .*libpango-1.0-0"):
        bootstrap._system_libraries()
    assert commands == []


def test_text_catalogues_are_compiled_without_gettext(tmp_path):
    from_source = tmp_path / "django.po"
    from_source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Elever"\nmsgstr "Elevar"\n'
    )
    subprocess.run(
        [bootstrap.PYTHON, "-c", f"from local_runtime.texts import *; compile_catalogue(Path({str(from_source)!r}))"],
        cwd=bootstrap.ROOT,
        check=True,
    )
    assert b"Elevar" in from_source.with_suffix(".mo").read_bytes()
