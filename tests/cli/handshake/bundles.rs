//! Bundles that are worth nothing: refused, and nothing of them stays.

use super::{Pair, accept, refused};
use crate::binary::{End, Home};
use age::secrecy::SecretString;
use butterfly_console::handshake::Bundle;
use butterfly_console::model::Timestamp;
use butterfly_console::seal::Passphrase;
use serde_json::{Value, json};
use std::io::Write;

/// An offer of beta, and what its bundle holds.
fn offered(pair: &Pair) -> (Value, Value) {
    let bundle = pair.theirs.beside("bundle");
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-people",
        "--file",
        &bundle,
    ];
    let offer = pair.theirs.ok(&line);
    let passphrase = Passphrase::parse(offer["passphrase"].as_str().unwrap()).unwrap();
    let file = std::fs::read(&bundle).unwrap();
    let opened = Bundle::open_with_passphrase(&file, &passphrase, Timestamp::now()).unwrap();
    let contents = serde_json::from_slice(&opened.expose_json()).unwrap();
    (offer, contents)
}

/// Seals anything under the offer's passphrase, as somebody could who knows it.
fn sealed(contents: &Value, offer: &Value, work_factor: u8) -> String {
    let passphrase = SecretString::from(offer["passphrase"].as_str().unwrap().to_owned());
    let mut recipient = age::scrypt::Recipient::new(passphrase);
    recipient.set_work_factor(work_factor);
    let recipients = std::iter::once(&recipient as &dyn age::Recipient);
    let armour = age::armor::ArmoredWriter::wrap_output(Vec::new(), age::armor::Format::AsciiArmor).unwrap();
    let mut writer = age::Encryptor::with_recipients(recipients)
        .unwrap()
        .wrap_output(armour)
        .unwrap();
    writer.write_all(contents.to_string().as_bytes()).unwrap();
    String::from_utf8(writer.finish().unwrap().finish().unwrap()).unwrap()
}

/// Tries to accept another file under the offer's passphrase: refused with words that say why, in an old home and in none.
fn is_refused(pair: &Pair, offer: &Value, file: &str, why: &str) {
    let mut other = offer.clone();
    other["file"] = json!(pair.ours.write("other.bundle", file));
    let ended = accept(&pair.ours, &other, &["--instance", "alpha"]);
    assert_eq!(refused(&ended, 3), "bundle_refused", "{why}");
    assert!(ended.stderr.contains(why), "{why}: {}", ended.stderr);
    let passphrase = offer["passphrase"].as_str().unwrap();
    assert!(!ended.stderr.contains(passphrase) && !ended.stdout.contains(passphrase));
    let nobody = Home::empty();
    assert_eq!(accept(&nobody, &other, &[]).code, 3, "{why}");
    assert!(!nobody.root().exists(), "{why}");
}

#[test]
fn threat_37_and_41_bundles_that_are_worth_nothing_leave_nothing() {
    let pair = Pair::new();
    let (offer, contents) = offered(&pair);
    let with = |name: &str, value: Value| {
        let mut changed = contents.clone();
        changed[name] = value;
        sealed(&changed, &offer, 10)
    };
    let day = 86_400;
    let now = Timestamp::now();

    let mut expired = contents.clone();
    expired["offered_at"] = json!(now.plus_seconds(-2 * day));
    expired["expires_at"] = json!(now.plus_seconds(-day));
    is_refused(&pair, &offer, &sealed(&expired, &offer, 10), "expired");
    is_refused(&pair, &offer, &with("version", json!(2)), "version 2");
    is_refused(
        &pair,
        &offer,
        &with("expires_at", json!(now.plus_seconds(3 * day))),
        "later than any bundle",
    );
    is_refused(&pair, &offer, &with("credentials", json!([])), "no credential");
    is_refused(&pair, &offer, &with("smuggled", json!(1)), "cannot be used");

    let whole = std::fs::read_to_string(offer["file"].as_str().unwrap()).unwrap();
    let place = whole.len() / 2;
    let other = if &whole[place..=place] == "A" { "B" } else { "A" };
    let flipped = format!("{}{other}{}", &whole[..place], &whole[place + 1..]);
    is_refused(&pair, &offer, &flipped, "damaged");
    is_refused(&pair, &offer, &whole[..place], "damaged");
    is_refused(&pair, &offer, "not a bundle", "not a handshake bundle");
    pair.assert_nothing_left_here();

    // The real one is still good.
    assert_eq!(accept(&pair.ours, &offer, &["--instance", "alpha"]).code, 0);
}

#[test]
fn threat_40_a_bundle_that_asks_for_a_lot_of_work_is_refused_without_doing_it() {
    let pair = Pair::new();
    let (offer, contents) = offered(&pair);
    let cheap = sealed(&contents, &offer, 1);
    // The cost stands in the header, which is armoured base64.
    let mut binary = Vec::new();
    std::io::Read::read_to_end(&mut age::armor::ArmoredReader::new(cheap.as_bytes()), &mut binary).unwrap();
    let head = binary.iter().position(|&byte| byte == b'>').unwrap();
    let line = binary[head..].iter().position(|&byte| byte == b'\n').unwrap() + head;
    assert_eq!(&binary[line - 2..line], b" 1");
    binary.splice(line - 1..line, *b"30");
    let mut other = offer.clone();
    let path = pair.ours.write("hard.bundle", "");
    std::fs::write(&path, binary).unwrap();
    other["file"] = json!(path);
    let ended = accept(&pair.ours, &other, &[]);
    assert_eq!(refused(&ended, 3), "bundle_refused");
    assert!(ended.stderr.contains("work factor of 30"), "{}", ended.stderr);
    pair.assert_nothing_left_here();
}

#[test]
fn threat_39_a_passphrase_of_ones_own_is_not_even_tried() {
    let pair = Pair::new();
    let (offer, _) = offered(&pair);
    let file = offer["file"].as_str().unwrap();
    for guess in [
        "hunter2",
        "correct horse battery staple",
        "abandon ability able about above absent absorb",
    ] {
        let ended = pair
            .ours
            .command(&["handshake", "accept", file, "--json"])
            .env("BUTTERFLY_BUNDLE_PASSPHRASE", guess)
            .end();
        assert_eq!(refused(&ended, 3), "cannot_open");
        assert!(!ended.stderr.contains(guess) && !ended.stdout.contains(guess));
    }
    pair.assert_nothing_left_here();
}

#[test]
fn a_refused_offer_leaves_no_credential_behind() {
    let pair = Pair::new();
    let (offer, _) = offered(&pair);
    let before = pair.theirs.ok(&["credential", "list"]);
    let file = offer["file"].as_str().unwrap();
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "another",
        "--file",
        file,
    ];
    assert_eq!(refused(&pair.theirs.run_json(&line), 1), "file_failed");
    let after = pair.theirs.ok(&["credential", "list"]);
    assert_eq!(before.as_array().unwrap().len(), after.as_array().unwrap().len());
}
