import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.kind import BadField, RuleBroken
from shared.engine.sealing import Sealed, Under
from shared.security.keys import Keys
from shared.security.sealing import CipherName
from shared.security.vault import KEY_CHECK, Vault, VaultProblem, WrongMasterKey
from shared.storage.port import StoreAway, VaultStore, VaultSubject
from shared.storage.sqlite import open_stores
from tests.unit.vault_in_memory import VaultInMemory

KEYS = Keys(bytes(range(32)), Ed25519PrivateKey.generate())
OTHER = Keys(bytes(range(1, 33)), Ed25519PrivateKey.generate())
CASE = "M2026-000123"
LETTER = "我家门前的路灯坏了三个月"


@pytest.fixture
def store() -> VaultInMemory:
    return VaultInMemory()


@pytest.fixture(params=get_args(CipherName))
def vault(store: VaultInMemory, request: pytest.FixtureRequest) -> Vault:
    return Vault(store, KEYS, cipher=request.param)


async def submit(
    vault: Vault, store: VaultInMemory, case: str = CASE, seed: str = "c-1", lookup: str | None = None
) -> Sealed:
    sealed = await vault.prepare(
        case=case,
        seed=seed,
        writer=None,
        values={"name": ("张三", "writer"), "text": (LETTER, "writer"), "accused": ("d-0017", "case")},
        lookup=lookup,
    )
    store.commit(sealed)
    return sealed


@pytest.mark.parametrize("cipher", get_args(CipherName))
@given(value=st.text(max_size=400), case=st.text("M2026-0123456789", min_size=1), seed=st.text(max_size=200))
async def test_what_is_sealed_reads_back_the_same(cipher: CipherName, value: str, case: str, seed: str) -> None:
    store = VaultInMemory()
    vault = Vault(store, KEYS, cipher=cipher)
    sealed = await vault.prepare(
        case=case, seed=seed, writer=None, values={"text": (value, "writer"), "note": (value, "case")}
    )
    store.commit(sealed)
    assert await vault.read(sealed.refs.values()) == {ref: value for ref in sealed.refs.values()}


async def test_nothing_of_the_value_is_in_the_store(vault: Vault, store: VaultInMemory) -> None:
    await submit(vault, store)
    stored = repr(store.subjects).encode() + b"".join(value.body for value in store.sealed.values())
    assert "张三".encode() not in stored
    assert LETTER.encode()[:9] not in stored


async def test_a_reference_says_nothing_and_fits_an_event(vault: Vault, store: VaultInMemory) -> None:
    sealed = await submit(vault, store)
    assert all(re.fullmatch(r"v:[a-z2-7]{26}", ref) for ref in sealed.refs.values())
    assert len(set(sealed.refs.values())) == 3


async def test_a_repeated_command_gets_the_same_references(vault: Vault, store: VaultInMemory) -> None:
    first = await submit(vault, store)
    again = await submit(vault, store)
    assert again.refs == first.refs
    assert again.writer == first.writer
    assert again.subjects == ()
    assert await vault.read_one(first.refs["text"]) == LETTER


async def test_another_command_case_or_installation_gets_other_references(vault: Vault, store: VaultInMemory) -> None:
    values: dict[str, tuple[str, Under]] = {"text": (LETTER, "writer")}
    here = (await vault.prepare(case=CASE, seed="c-1", writer=None, values=values)).refs["text"]
    other_command = (await vault.prepare(case=CASE, seed="c-2", writer=None, values=values)).refs["text"]
    other_case = (await vault.prepare(case="A2026-000001", seed="c-1", writer=None, values=values)).refs["text"]
    elsewhere = (await Vault(store, OTHER).prepare(case=CASE, seed="c-1", writer=None, values=values)).refs["text"]
    assert len({here, other_command, other_case, elsewhere}) == 4


async def test_the_case_s_known_writer_is_used_again(vault: Vault, store: VaultInMemory) -> None:
    first = await submit(vault, store)
    sealed = await vault.prepare(
        case=CASE, seed="c-2", writer=first.writer, values={"supplement": ("补充材料", "writer")}
    )
    assert (sealed.writer, sealed.subjects) == (first.writer, ())
    assert sealed.values[0].subject == first.writer


@pytest.mark.parametrize(
    "typed", ["52272819900101123x", " 522728 19900101 123X ", "５２２７２８１９９００１０１１２３Ｘ"]
)
async def test_the_same_person_is_recognised_however_the_number_is_typed(
    vault: Vault, store: VaultInMemory, typed: str
) -> None:
    first = await submit(vault, store, lookup="52272819900101123X")
    second = await submit(vault, store, case="M2026-000124", seed="c-2", lookup=typed)
    assert second.writer == first.writer
    assert await vault.find(typed) == first.writer


@pytest.mark.parametrize("typed", ["522728-19900101-123X", "522728－19900101－123x", "522728–19900101–123X"])
async def test_hyphens_in_a_number_make_no_other_person(vault: Vault, store: VaultInMemory, typed: str) -> None:
    first = await submit(vault, store, lookup=typed)
    second = await submit(vault, store, case="M2026-000124", seed="c-2", lookup="52272819900101123X")
    third = await submit(vault, store, case="M2026-000125", seed="c-3", lookup=typed)
    assert first.writer == second.writer == third.writer == await vault.find(typed)


async def test_who_was_known_by_a_number_with_hyphens_stays_the_same_person(
    vault: Vault, store: VaultInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed, plain = "522728-19900101-123X", "52272819900101123X"
    with monkeypatch.context() as before:
        before.setattr("shared.security.vault._NO_HYPHENS", {})
        first = await submit(vault, store, lookup=typed)
    assert (await submit(vault, store, case="M2026-000124", seed="c-2", lookup=typed)).writer == first.writer
    other = await submit(vault, store, case="M2026-000125", seed="c-3", lookup=plain)
    assert other.writer != first.writer
    assert (await submit(vault, store, case="M2026-000126", seed="c-4", lookup=typed)).writer == first.writer


async def test_another_person_is_another_subject(vault: Vault, store: VaultInMemory) -> None:
    first = await submit(vault, store, lookup="52272819900101123X")
    second = await submit(vault, store, case="M2026-000124", seed="c-2", lookup="522728199001011248")
    third = await submit(vault, store, case="M2026-000125", seed="c-3")
    assert len({first.writer, second.writer, third.writer}) == 3


async def test_the_identity_number_is_kept_only_as_a_keyed_hash(vault: Vault, store: VaultInMemory) -> None:
    sealed = await submit(vault, store, lookup="52272819900101123X")
    assert sealed.subjects[0].lookup == vault.subject_key("52272819900101123X")
    assert sealed.subjects[0].lookup != Vault(store, OTHER).subject_key("52272819900101123X")


@pytest.mark.parametrize("identity", ["", "  ", "匿名", "123", "a" * 41])
async def test_what_tells_nobody_apart_recognises_nobody(vault: Vault, store: VaultInMemory, identity: str) -> None:
    assert vault.subject_key(identity) is None
    first = await submit(vault, store, lookup=identity)
    second = await submit(vault, store, case="M2026-000124", seed="c-2", lookup=identity)
    assert first.writer != second.writer


async def test_a_person_met_earlier_in_the_same_commit_is_recognised(vault: Vault, store: VaultInMemory) -> None:
    values: dict[str, tuple[str, Under]] = {"text": (LETTER, "writer")}
    number = "52272819900101123X"
    first = await vault.prepare(case=CASE, seed="c-1", writer=None, values=values, lookup=number)
    by_number = await vault.prepare(
        case=CASE, seed="c-2", writer=None, values=values, lookup=number, pending=first.subjects
    )
    known = await vault.prepare(case=CASE, seed="c-3", writer=first.writer, values=values, pending=first.subjects)
    assert (by_number.writer, by_number.subjects) == (known.writer, known.subjects) == (first.writer, ())
    for sealed in (first, by_number, known):
        store.commit(sealed)
        assert await vault.read_one(sealed.refs["text"]) == LETTER


async def test_a_value_put_outside_a_commit_is_read_and_erased_alike(vault: Vault, store: VaultInMemory) -> None:
    ref = vault.reference("file", "abc")
    await vault.put(ref=ref, subject="u:abc", case=CASE, value="密钥")
    assert await vault.read_one(ref) == "密钥"
    assert await vault.erase("u:abc") == 1
    assert await vault.read_one(ref) is None


async def test_two_who_make_a_subject_at_once_end_with_one_key(
    vault: Vault, store: VaultInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vault.put(ref="v:first", subject=f"case:{CASE}", case=CASE, value="一")
    known, asked = store.subject, iter([True])

    async def not_yet(subject: str) -> VaultSubject | None:
        return None if next(asked, False) else await known(subject)

    monkeypatch.setattr(store, "subject", not_yet)
    await vault.put(ref="v:second", subject=f"case:{CASE}", case=CASE, value="二")
    assert await vault.read(["v:first", "v:second"]) == {"v:first": "一", "v:second": "二"}


async def test_nothing_is_put_for_an_erased_person(vault: Vault, store: VaultInMemory) -> None:
    with pytest.raises(RuleBroken):
        await vault.put(ref=vault.reference("file", "abc"), subject="s:gone", case=CASE, value="密钥")
    assert store.sealed == {}


async def test_an_erased_person_leaves_nothing_that_opens(vault: Vault, store: VaultInMemory) -> None:
    sealed = await submit(vault, store, lookup="52272819900101123X")
    assert sealed.writer is not None
    kept = dict(store.sealed)
    assert await vault.erase(sealed.writer) == 2
    assert await vault.read(sealed.refs.values()) == {
        sealed.refs["name"]: None,
        sealed.refs["text"]: None,
        sealed.refs["accused"]: "d-0017",
    }
    assert await vault.find("52272819900101123X") is None
    # Even with the ciphertexts put back from an old copy there is no key for them, nor does the person's next one fit.
    store.sealed = kept
    assert await vault.read_one(sealed.refs["text"]) is None
    again = await submit(vault, store, case="M2026-000999", seed="c-9", lookup="52272819900101123X")
    assert again.writer is not None
    assert again.writer != sealed.writer
    store.subjects[sealed.writer] = replace(store.subjects[again.writer], subject=sealed.writer)
    with pytest.raises(VaultProblem):
        await vault.read_one(sealed.refs["text"])


async def test_nothing_more_is_recorded_for_an_erased_person(vault: Vault, store: VaultInMemory) -> None:
    sealed = await submit(vault, store)
    assert sealed.writer is not None
    await vault.erase(sealed.writer)
    with pytest.raises(RuleBroken) as refused:
        await vault.prepare(case=CASE, seed="c-2", writer=sealed.writer, values={"text": ("再来一封", "writer")})
    assert refused.value.code == "vault.erased"
    office = await vault.prepare(case=CASE, seed="c-3", writer=sealed.writer, values={"note": ("批示", "case")})
    assert office.writer == sealed.writer


async def test_a_store_that_is_away_is_not_an_erasure(vault: Vault, store: VaultInMemory) -> None:
    sealed = await submit(vault, store)
    store.away = True
    with pytest.raises(StoreAway):
        await vault.read(sealed.refs.values())


async def test_a_value_put_in_another_s_place_is_refused(vault: Vault, store: VaultInMemory) -> None:
    sealed = await submit(vault, store)
    name, text = sealed.refs["name"], sealed.refs["text"]
    store.sealed[name] = replace(store.sealed[text], ref=name)
    with pytest.raises(VaultProblem, match="damaged or moved"):
        await vault.read_one(name)
    assert await vault.read_one(text) == LETTER


async def test_a_value_handed_to_another_person_is_refused(vault: Vault, store: VaultInMemory) -> None:
    first = await submit(vault, store)
    second = await submit(vault, store, case="M2026-000124", seed="c-2")
    assert second.writer is not None
    ref = first.refs["text"]
    store.sealed[ref] = replace(store.sealed[ref], subject=second.writer)
    with pytest.raises(VaultProblem):
        await vault.read_one(ref)


async def test_a_key_handed_to_another_person_is_refused(vault: Vault, store: VaultInMemory) -> None:
    first = await submit(vault, store)
    second = await submit(vault, store, case="M2026-000124", seed="c-2")
    assert first.writer is not None
    assert second.writer is not None
    store.subjects[first.writer] = replace(store.subjects[second.writer], subject=first.writer)
    with pytest.raises(VaultProblem):
        await vault.read_one(first.refs["text"])


@pytest.mark.parametrize("cipher", ["AES-256-GCM", "SM4-GCM", "ROT13"])
async def test_a_value_under_another_cipher_s_name_is_refused(vault: Vault, store: VaultInMemory, cipher: str) -> None:
    ref = (await submit(vault, store)).refs["text"]
    if store.sealed[ref].cipher == cipher:
        assert await vault.read_one(ref) == LETTER
    else:
        store.sealed[ref] = replace(store.sealed[ref], cipher=cipher)
        with pytest.raises(VaultProblem):
            await vault.read_one(ref)


async def test_every_flipped_byte_is_noticed(vault: Vault, store: VaultInMemory) -> None:
    ref = (await submit(vault, store)).refs["name"]
    whole = store.sealed[ref]
    for place in range(len(whole.body)):
        body = bytearray(whole.body)
        body[place] ^= 1
        store.sealed[ref] = replace(whole, body=bytes(body))
        with pytest.raises(VaultProblem):
            await vault.read_one(ref)
    for damaged in (replace(whole, body=whole.body[:10]), replace(whole, nonce=whole.nonce[:4])):
        store.sealed[ref] = damaged
        with pytest.raises(VaultProblem):
            await vault.read_one(ref)


async def test_another_master_key_is_named_as_the_cause(vault: Vault, store: VaultInMemory) -> None:
    ref = (await submit(vault, store)).refs["text"]
    with pytest.raises(VaultProblem, match="another master key") as refused:
        await Vault(store, OTHER).read_one(ref)
    assert "主密钥不对" in refused.value.message.zh


async def test_a_changed_cipher_setting_still_opens_what_was_sealed_before(store: VaultInMemory) -> None:
    old = await submit(Vault(store, KEYS, cipher="AES-256-GCM"), store)
    now = Vault(store, KEYS, cipher="SM4-GCM")
    new = await now.prepare(case=CASE, seed="c-2", writer=old.writer, values={"more": ("又及", "writer")})
    store.commit(new)
    assert new.values[0].cipher == "SM4-GCM"
    assert await now.read([old.refs["text"], new.refs["more"]]) == {old.refs["text"]: LETTER, new.refs["more"]: "又及"}


async def test_text_that_is_none_is_refused_by_field(vault: Vault) -> None:
    with pytest.raises(BadField) as refused:
        await vault.prepare(case=CASE, seed="c-1", writer=None, values={"text": ("\ud800", "writer")})
    assert refused.value.field == "text"


async def test_a_command_without_vault_fields_makes_no_subject(vault: Vault) -> None:
    assert await vault.prepare(case=CASE, seed="c-1", writer=None, values={}, lookup="5227") == Sealed()
    assert await vault.read(()) == {}


async def test_an_erased_person_s_key_is_no_longer_on_the_disk(tmp_path: Path) -> None:
    database, stores = open_stores(tmp_path / "gongkai.db")
    vault = Vault(stores.vault, KEYS)
    sealed = await vault.prepare(case=CASE, seed="c-1", writer=None, values={"text": (LETTER, "writer")})
    assert sealed.writer is not None
    await stores.vault.put(sealed.subjects[0], sealed.values[0])

    def on_disk() -> list[bool]:
        written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        return [secret in written for secret in (sealed.subjects[0].wrapped_key, sealed.values[0].body)]

    assert on_disk() == [True, True]
    assert await vault.erase(sealed.writer) == 1
    assert on_disk() == [False, False]
    await database.close()


async def kept(store: VaultStore, keys: Keys, case: str, seed: str = "c-1") -> Sealed:
    """A letter in a store on disk."""
    sealed = await Vault(store, keys).prepare(
        case=case, seed=seed, writer=None, values={"text": (LETTER, "writer"), "title": ("路灯", "writer")}
    )
    await store.import_vault(sealed.subjects, sealed.values)
    return sealed


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[VaultStore]:
    database, stores = open_stores(tmp_path / "vault.db", durable=False)
    yield stores.vault
    await database.close()


async def test_a_store_is_begun_with_one_key_and_refuses_every_other(disk: VaultStore) -> None:
    assert not await Vault(disk, KEYS).prove(begin=False)
    assert await disk.subject(KEY_CHECK) is None
    assert await Vault(disk, KEYS).prove(begin=True)
    for begin in (True, False):
        with pytest.raises(WrongMasterKey):
            await Vault(disk, OTHER).prove(begin=begin)
        assert await Vault(disk, KEYS, cipher="SM4-GCM").prove(begin=begin)


async def test_of_two_keys_that_begin_a_store_at_once_one_is_refused(disk: VaultStore) -> None:
    told = await asyncio.gather(
        *(Vault(disk, keys).prove(begin=True) for keys in (KEYS, OTHER)), return_exceptions=True
    )
    assert sorted(map(type, told), key=str) == sorted([bool, WrongMasterKey], key=str)


async def test_an_older_store_takes_the_key_that_opens_it_and_no_other(disk: VaultStore) -> None:
    await kept(disk, KEYS, CASE)
    for begin in (True, False):
        with pytest.raises(WrongMasterKey):
            await Vault(disk, OTHER).prove(begin=begin)
        assert await disk.subject(KEY_CHECK) is None
    assert await Vault(disk, KEYS).prove(begin=False)
    with pytest.raises(WrongMasterKey):
        await Vault(disk, OTHER).prove(begin=True)


async def test_a_store_that_a_wrong_key_wrote_into_belongs_to_the_key_of_most_of_it(disk: VaultStore) -> None:
    for number in range(3):
        await kept(disk, KEYS, f"M2026-00000{number}", f"c-{number}")
    poisoned = await kept(disk, OTHER, "M2026-000009", "c-9")
    with pytest.raises(WrongMasterKey):
        await Vault(disk, OTHER).prove(begin=True)
    vault = Vault(disk, KEYS)
    assert await vault.prove(begin=False)
    (found,) = [of async for of, _ in vault.unreadable()]
    assert found == poisoned.writer


async def test_what_opens_is_shown_beside_what_does_not(vault: Vault, store: VaultInMemory) -> None:
    refs = (await submit(vault, store)).refs
    other = (await submit(vault, store, case="M2026-000124", seed="c-2")).refs
    store.sealed[refs["text"]] = replace(store.sealed[refs["text"]], body=bytes(40))
    store.subjects[f"case:{CASE}"] = replace(store.subjects[f"case:{CASE}"], wrapped_key=b"ROT13\nnothing")
    erased = "v:erased"
    found = await vault.opened([*refs.values(), *other.values(), erased])
    assert set(found.unreadable) == {refs["text"], refs["accused"]}
    assert "damaged or moved" in found.unreadable[refs["text"]].en
    assert (found.plain[refs["name"]], found.plain[other["text"]], found.plain[erased]) == ("张三", LETTER, None)
    assert {of async for of, _ in vault.unreadable()} == {CASE, f"case:{CASE}"}
