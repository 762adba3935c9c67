//! Numbers that are too large to be kept to their last digit: whole ones beyond 64 bits, and those beyond any range.
//!
//! JSON knows no largest number, and Python writes whole ones of any size: an amount of money in its smallest unit is
//! soon beyond 64 bits. This program's library makes floating-point numbers of them, which are other numbers. Whoever
//! says such a one is to hear of it; a fraction with more decimals than are kept is nothing that a reader could miss.

use std::ops::Range;

/// Whole numbers from this size on may not fit; those that do not never read as a smaller one.
pub(super) const SUSPECT: f64 = 9.2e18;
/// Characters of a number that are shown.
const SHOWN: usize = 40;

/// The first such number of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wide {
    /// The byte at which it begins.
    pub offset: usize,
    number: String,
    member: Option<String>,
}

/// `the number 25000000000000000001 of "wei" is too large to be kept to its last digit; send it as text, in quotes`.
impl std::fmt::Display for Wide {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the number {}", self.number)?;
        if let Some(member) = &self.member {
            write!(formatter, " of {member:?}")?;
        }
        formatter.write_str(" is too large to be kept to its last digit; send it as text, in quotes")
    }
}

/// Looks for such a number in what is JSON, or would be but for one.
pub(super) fn find(bytes: &[u8]) -> Option<Wide> {
    let mut offset = 0;
    // The name of the member that a value belongs to, and those of the members around it.
    let (mut name, mut around): (Option<Range<usize>>, Vec<Option<Range<usize>>>) = (None, Vec::new());
    while let Some(&byte) = bytes.get(offset) {
        let end = match byte {
            b'"' => offset + string(&bytes[offset..]),
            b'-' | b'0'..=b'9' => offset + number(&bytes[offset..]),
            _ => offset + 1,
        };
        match byte {
            b'"' if is_name(&bytes[end..]) => name = Some(offset..end),
            b'{' | b'[' => around.push(name.clone()),
            b'}' | b']' => name = around.pop().flatten(),
            b'-' | b'0'..=b'9' => {
                let text = std::str::from_utf8(&bytes[offset..end]).ok()?;
                if is_wide(text) {
                    let member = name.and_then(|name| serde_json::from_slice(&bytes[name]).ok());
                    return Some(Wide {
                        offset,
                        number: shortened(text),
                        member,
                    });
                }
            }
            _ => {}
        }
        offset = end;
    }
    None
}

/// Bytes of the string that a text begins with.
fn string(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().skip(1).position(|&byte| match byte {
        _ if is_escaped => {
            is_escaped = false;
            false
        }
        b'\\' => {
            is_escaped = true;
            false
        }
        byte => byte == b'"',
    });
    end.map_or(text.len(), |end| end + 2)
}

/// Bytes of the number that a text begins with.
fn number(text: &[u8]) -> usize {
    let is_in_one = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.iter()
        .position(|byte| !is_in_one(byte))
        .unwrap_or(text.len())
}

/// Whether a string is the name of a member, by what follows it.
fn is_name(after: &[u8]) -> bool {
    after.trim_ascii_start().first() == Some(&b':')
}

fn is_wide(number: &str) -> bool {
    if number.contains(['.', 'e', 'E']) {
        return number.parse::<f64>().is_ok_and(f64::is_infinite);
    }
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole && number.parse::<i64>().is_err() && number.parse::<u64>().is_err()
}

fn shortened(number: &str) -> String {
    match number.get(..SHOWN) {
        Some(beginning) if number.len() > SHOWN => format!("{beginning}…"),
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_with_the_member_that_it_belongs_to() {
        for (text, member) in [
            (r#"{"a":{"b":1},"wei" : 25000000000000000001}"#, Some("wei")),
            (
                r#"{"wei":[{"b":1}, [2], -9223372036854775809], "c":3}"#,
                Some("wei"),
            ),
            (
                r#"{"a \"quoted\": 99999999999999999999":18446744073709551616}"#,
                Some("a \"quoted\": 99999999999999999999"),
            ),
            (r#"{"wei":1e400}"#, Some("wei")),
            ("[1, 25000000000000000001]", None),
        ] {
            let found = find(text.as_bytes()).unwrap();
            assert_eq!(found.member.as_deref(), member, "{text}");
        }
        let found = find(br#"{"wei":25000000000000000001}"#).unwrap();
        assert_eq!(found.offset, 7);
        assert_eq!(
            found.to_string(),
            "the number 25000000000000000001 of \"wei\" is too large to be kept to its last digit; \
             send it as text, in quotes"
        );
        let long = find("7".repeat(400).as_bytes()).unwrap();
        assert!(long.number.len() < 50, "{long}");
    }

    #[test]
    fn what_is_kept_and_what_is_written_with_a_fraction_is_none() {
        for text in [
            r#"{"a":18446744073709551615,"b":-9223372036854775808,"c":-0,"d":0}"#,
            r#"[0.1000000000000000055511151231257827, 2.5e19, 25000000000000000000.0, 1E2, -]"#,
            r#"{"25000000000000000001":"25000000000000000001\" 25000000000000000001"}"#,
            r#"["25000000000000000001"#,
            "",
        ] {
            assert_eq!(find(text.as_bytes()), None, "{text}");
        }
    }
}
