//! Sealed bodies taken apart as far as anybody without the key can: the parts of a JWE, the parts of a
//! Fernet token, their sizes, and how each begins.

use crate::tui::clock::count;
use crate::tui::content::fields::{continued, field};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

/// Bytes of a part that are shown as hexadecimal digits.
const BEGINNING: usize = 16;
/// The most of a body that is shown on demand.
const WHOLE: usize = 64 * 1024;
/// Lines of a body in the clear that are shown without being asked for.
const FIRST_LINES: usize = 12;

/// The lines of a body of which `kept` was kept.
pub fn add(lines: &mut Vec<Line>, label: &str, kept: &str, size: u64, whole: bool, width: u16) {
    let is_cut = (kept.len() as u64) < size;
    let cut = cut(kept, size);
    let jwe: Vec<&str> = kept.split('.').collect();
    if kept.is_empty() {
        field(lines, label, &format!("{} bytes", count(size)), Role::Base, width);
        return;
    }
    if protected_header(kept).is_some() {
        let plain = plain_size(&jwe, size);
        let what = format!("{} bytes, JWE in its compact form{cut}", count(size));
        field(lines, label, &what, Role::Base, width);
        add_jwe(lines, &jwe, is_cut, plain, width);
        if let Some(plain) = plain {
            field(lines, "", &overhead(plain, size), Role::Dim, width);
        }
    } else if let Some(token) = fernet(kept, size) {
        let what = format!("{} bytes, Fernet token{cut}", count(size));
        field(lines, label, &what, Role::Base, width);
        for (name, text) in token {
            part(lines, name, &text, width);
        }
    } else {
        let what = format!("{} bytes, neither JWE nor Fernet{cut}", count(size));
        field(lines, label, &what, Role::Base, width);
    }
    if !whole {
        return;
    }
    let shown = &kept[..kept.floor_char_boundary(WHOLE)];
    for text in wrap(shown, width.saturating_sub(15).max(16)) {
        lines.push(continued(Line::of(text, Role::Faint)));
    }
}

/// The lines of a body that nobody sealed, such as a problem document, of which `kept` was kept.
pub fn add_plain(lines: &mut Vec<Line>, label: &str, kept: &str, size: u64, whole: bool, width: u16) {
    let what = match size {
        0 => "no body".to_owned(),
        _ => format!("{} bytes, not sealed{}", count(size), cut(kept, size)),
    };
    field(lines, label, &what, Role::Base, width);
    let shown = &kept[..kept.floor_char_boundary(WHOLE)];
    let shown = match serde_json::from_str::<Value>(shown) {
        Ok(value) => serde_json::to_string_pretty(&value).expect("a value has only string keys"),
        Err(_) => shown.to_owned(),
    };
    let mut texts = shown
        .split('\n')
        .flat_map(|text| indented(text, width.saturating_sub(15).max(16)));
    let most = if whole { usize::MAX } else { FIRST_LINES };
    for text in texts.by_ref().take(most) {
        lines.push(continued(Line::of(text, Role::Faint)));
    }
    let more = texts.count();
    if more > 0 {
        let more = format!("… {} more lines", count(more as u64));
        lines.push(continued(Line::of(more, Role::Dim)));
    }
}

/// A line of text in as many as it needs, each with the blanks before it.
fn indented(text: &str, room: u16) -> Vec<String> {
    let rest = text.trim_start_matches(' ');
    let blanks = " ".repeat((text.len() - rest.len()).min(usize::from(room / 2)));
    let room = room - u16::try_from(blanks.len()).unwrap_or(0);
    let parts = wrap(rest, room);
    parts.into_iter().map(|part| format!("{blanks}{part}")).collect()
}

fn cut(kept: &str, size: u64) -> String {
    match kept.len() as u64 {
        all if all >= size => String::new(),
        0 => ", which were not kept".to_owned(),
        kept => format!(", of which the first {} were kept", count(kept)),
    }
}

/// Whether a body looks as one that was sealed.
pub fn is_sealed(kept: &str, size: u64) -> bool {
    protected_header(kept).is_some() || fernet(kept, size).is_some()
}

/// The protected header of a JWE, if the body is one.
pub fn protected_header(body: &str) -> Option<Value> {
    let (header, _) = body.split_once('.')?;
    let bytes = URL_SAFE_NO_PAD.decode(header).ok()?;
    serde_json::from_slice::<Value>(&bytes)
        .ok()
        .filter(Value::is_object)
}

/// GCM adds nothing to what it seals, so the ciphertext is as long as the plain text.
fn plain_size(parts: &[&str], size: u64) -> Option<u64> {
    let [header, key, nonce, ..] = parts else {
        return None;
    };
    // Header, key, nonce, ciphertext and tag with four dots between them; the tag has 22 characters.
    let around = (header.len() + key.len() + nonce.len() + 4 + 22) as u64;
    Some(size.checked_sub(around)? * 3 / 4)
}

fn overhead(plain: u64, size: u64) -> String {
    let more = size.saturating_sub(plain);
    let percent = more * 100 / plain.max(1);
    format!(
        "{} bytes of JSON inside; {} more around them ({percent} %): base64 takes a third, the rest is header, nonce and tag",
        count(plain),
        count(more)
    )
}

fn add_jwe(lines: &mut Vec<Line>, parts: &[&str], is_cut: bool, plain: Option<u64>, width: u16) {
    if let Some(header) = parts.first().and_then(|_| protected_header(&parts.join("."))) {
        part(
            lines,
            "header",
            &format!("{header}   readable, but not to be changed"),
            width,
        );
    }
    if let Some(key) = parts.get(1) {
        let text = if key.is_empty() {
            "none: the key is the credential's own (dir)".to_owned()
        } else {
            described(key, None)
        };
        part(lines, "sealed key", &text, width);
    }
    for (name, place) in [("nonce", 2), ("ciphertext", 3), ("tag", 4)] {
        if let Some(text) = parts.get(place) {
            let is_last = place + 1 == parts.len();
            let size = if name == "ciphertext" { plain } else { None };
            let told = described(text, size.filter(|_| is_cut || is_last));
            part(lines, name, &told, width);
        }
    }
}

/// How long a base64url part is, and how it begins.
fn described(text: &str, size: Option<u64>) -> String {
    let whole_groups = &text[..text.floor_char_boundary(24.min(text.len()) / 4 * 4)];
    let sample = if text.len() <= 24 { text } else { whole_groups };
    let length = size.unwrap_or(text.len() as u64 * 3 / 4);
    match URL_SAFE_NO_PAD.decode(sample) {
        Ok(bytes) => format!("{} bytes   {}", count(length), hexadecimal(&bytes, length)),
        Err(_) => format!("{} characters that are no base64url", count(text.len() as u64)),
    }
}

fn hexadecimal(bytes: &[u8], length: u64) -> String {
    let shown = bytes.len().min(BEGINNING);
    let digits: Vec<String> = bytes[..shown].iter().map(|byte| format!("{byte:02x}")).collect();
    let more = if (shown as u64) < length { " …" } else { "" };
    format!("{}{more}", digits.join(" "))
}

/// The parts of a Fernet token, if it is one.
fn fernet(kept: &str, size: u64) -> Option<Vec<(&'static str, String)>> {
    let groups = kept.len() / 4 * 4;
    let beginning = kept.get(..groups.min(64))?;
    let bytes = URL_SAFE
        .decode(beginning)
        .or_else(|_| URL_SAFE_NO_PAD.decode(beginning))
        .ok()?;
    let (version, rest) = bytes.split_first()?;
    if *version != 0x80 || rest.len() < 24 {
        return None;
    }
    let (moment, rest) = rest.split_first_chunk::<8>()?;
    let total = size * 3 / 4;
    let sealed = total.saturating_sub(1 + 8 + 16 + 32);
    Some(vec![
        ("version", "80, the only one there is".to_owned()),
        (
            "made at",
            format!("{} seconds after 1970, not sealed", u64::from_be_bytes(*moment)),
        ),
        (
            "IV",
            format!("16 bytes   {}", hexadecimal(&rest[..16.min(rest.len())], 16)),
        ),
        (
            "ciphertext",
            format!(
                "about {} bytes   {}",
                count(sealed),
                hexadecimal(rest.get(16..).unwrap_or_default(), sealed)
            ),
        ),
        ("HMAC", "32 bytes of SHA-256 over all of it".to_owned()),
    ])
}

fn part(lines: &mut Vec<Line>, name: &str, text: &str, width: u16) {
    let room = width.saturating_sub(15 + 12).max(16);
    for (index, piece) in wrap(text, room).into_iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        lines.push(continued(
            Line::of(format!("{name:<12}"), Role::JsonKey).and(piece, Role::Faint),
        ));
    }
}
