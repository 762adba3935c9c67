//! The claims of a native token as this program writes them, read without a parser.
//!
//! Nearly every token that an instance sees was written by a console or an instance like itself: the same members in the
//! same order, without a blank. To compare that is less than half the work of reading any JSON. Whatever is
//! spelled otherwise is not refused here, only left to the parser; what is taken here the parser would take as well, and
//! read the same.

use super::Claims;
use std::str::FromStr;

/// The claims, if they are spelled as ours are.
pub(super) fn read(json: &[u8]) -> Option<Claims> {
    let mut rest = Rest(std::str::from_utf8(json).ok()?);
    let claims = Claims {
        app_id: rest.after(r#"{"app_id":""#)?.text()?.parse().ok()?,
        iss: rest.after(r#","iss":""#)?.text()?.parse().ok()?,
        aud: rest.after(r#","aud":""#)?.text()?.parse().ok()?,
        iat: rest.after(r#","iat":"#)?.number()?,
        exp: rest.after(r#","exp":"#)?.number()?,
        jti: rest.after(r#","jti":""#)?.text()?.to_owned(),
        htm: rest.after(r#","htm":""#)?.text()?.to_owned(),
        htu: rest.after(r#","htu":""#)?.text()?.to_owned(),
        bsh: rest.after(r#","bsh":""#)?.text()?.to_owned(),
        hop: rest.after(r#","hop":"#)?.number()?,
        path: rest.after(r#","path":["#)?.ids()?,
        dl: rest.after(r#","dl":"#)?.number()?,
        tp: match rest.after(r#","tp":""#) {
            Some(rest) => Some(rest.text()?.to_owned()),
            None => None,
        },
        trc: match rest.after(r#","trc":"#) {
            Some(rest) => Some(rest.truth()?),
            None => None,
        },
    };
    (rest.0 == "}").then_some(claims)
}

/// What was not looked at yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Goes on after this, if it comes next; stays where it is otherwise.
    fn after(&mut self, expected: &str) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(self)
    }

    /// A text without anything that JSON writes otherwise than it is, up to its quotation mark, and past that.
    fn text(&mut self) -> Option<&'a str> {
        let end = self
            .0
            .bytes()
            .position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
        let (text, rest) = self.0.split_at(end);
        self.0 = rest.strip_prefix('"')?;
        Some(text)
    }

    /// A whole number of zero or more, in its only spelling.
    fn number<T: FromStr>(&mut self) -> Option<T> {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let end = self.0.bytes().take_while(is_digit).count();
        let (digits, rest) = self.0.split_at(end);
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    fn truth(&mut self) -> Option<bool> {
        match self.after("true") {
            Some(_) => Some(true),
            None => self.after("false").map(|_| false),
        }
    }

    /// A list of identifiers after its opening bracket, up to the closing one, and past that.
    fn ids<T: FromStr>(&mut self) -> Option<Vec<T>> {
        let mut ids = Vec::new();
        if self.after("]").is_some() {
            return Some(ids);
        }
        loop {
            ids.push(self.after(r#"""#)?.text()?.parse().ok()?);
            if self.after("]").is_some() {
                return Some(ids);
            }
            self.after(",")?;
        }
    }
}
