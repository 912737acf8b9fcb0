from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.errors import BadSource
from dashboard.local import cache_path, check_folder, find_folder
from dashboard.local.layout import created_at, run_key


def test_the_cache_is_one_file_per_folder_outside_of_the_tree(tmp_path: Path) -> None:
    one, other = cache_path(tmp_path / "a"), cache_path(tmp_path / "b")
    assert one != other
    assert one.suffix == ".sqlite"
    assert "metaflow-dashboard" in one.parts
    assert tmp_path not in one.parents
    assert cache_path(tmp_path / "a" / ".." / "a", tmp_path / "c") == tmp_path / "c" / one.name


def test_the_folder_is_found_as_metaflow_finds_it(tmp_path: Path) -> None:
    below = tmp_path / "project" / "src"
    below.mkdir(parents=True)
    (tmp_path / "project" / ".metaflow").mkdir()
    assert find_folder(None, below) == tmp_path / "project" / ".metaflow"
    assert find_folder(str(tmp_path / "project"), Path("/")) == tmp_path / "project" / ".metaflow"
    assert find_folder(str(tmp_path), below) is None  # set, but empty: Metaflow does not look further either


def test_the_folder_itself_its_parent_and_one_by_another_name_are_accepted(
    tmp_path: Path, metaflow_folder: Path
) -> None:
    assert check_folder(metaflow_folder) == metaflow_folder.resolve()
    assert check_folder(metaflow_folder.parent) == metaflow_folder.resolve()
    (tmp_path / "copied").symlink_to(metaflow_folder)
    assert check_folder(tmp_path / "copied") == metaflow_folder.resolve()
    (tmp_path / ".metaflow").mkdir()  # of a project whose first flow is still to run
    assert check_folder(tmp_path) == (tmp_path / ".metaflow").resolve()


def test_what_is_no_tree_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, reason in {"absent": "There is no folder", "file": "is a file", "": "no flow and no .metaflow"}.items():
        with pytest.raises(BadSource, match=reason) as caught:
            check_folder(tmp_path / path)
        assert "\n" not in str(caught.value)


def test_a_name_is_a_number_only_if_the_number_prints_as_the_name() -> None:
    assert run_key("1795435706246484") == (1795435706246484, None)
    assert run_key("argo-x") == (None, "argo-x")
    for name in ("007", "9" * 19, "-1", "1e3", "٣"):
        assert run_key(name) == (None, name)


def test_only_ids_of_the_local_provider_tell_when_a_run_was_created() -> None:
    assert created_at("1795435706246484") == 1795435706246
    assert created_at("12") is None
