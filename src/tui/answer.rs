//! The terminal's answer to the question for its background (OSC 11), picked out of the keys: it arrives
//! through the same parser, as `Alt-]`, then its text, then `Alt-\` or `Ctrl-g`.
//!
//! Asking this way blocks nothing, and an answer that comes late over a slow line is swallowed, never typed.

use super::message::Brightness;
use crate::command::{Key, KeyCode};

/// What is written to ask.
pub const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";

/// What an answer begins with.
const START: &str = "11;rgb";
/// No answer is longer.
const LONGEST: usize = 40;

/// Listens for the answer.
#[derive(Debug, Default)]
pub struct Listener {
    text: Option<String>,
}

/// What a key was.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// A key that a person pressed.
    Key(Key),
    /// Part of an answer, and with the last part what it says.
    Part(Option<Brightness>),
}

impl Listener {
    /// Hears a key.
    pub fn hear(&mut self, key: Key) -> Heard {
        let Some(text) = &mut self.text else {
            if key.alt && key.code == KeyCode::Char(']') {
                self.text = Some(String::new());
                return Heard::Part(None);
            }
            return Heard::Key(key);
        };
        let over = key.alt && key.code == KeyCode::Char('\\') || key == Key::ctrl('g');
        if over {
            let brightness = brightness(text);
            self.text = None;
            return Heard::Part(brightness);
        }
        if let KeyCode::Char(character) = key.code {
            text.push(character);
        }
        let plausible = START.starts_with(text.as_str()) || text.starts_with(START);
        if !plausible || text.len() > LONGEST {
            // A person pressed Alt-] after all.
            self.text = None;
            return Heard::Key(key);
        }
        Heard::Part(None)
    }
}

/// `11;rgb:1414/1717/1f1f`: dark if its luma is below the middle.
fn brightness(text: &str) -> Option<Brightness> {
    let channels: Vec<f64> = text
        .strip_prefix("11;rgb")?
        .trim_start_matches('a')
        .strip_prefix(':')?
        .split('/')
        .take(3)
        .filter_map(|channel| {
            let value = u32::from_str_radix(channel, 16).ok()?;
            let most = 16u32
                .checked_pow(u32::try_from(channel.len()).ok()?)?
                .checked_sub(1)?;
            Some(f64::from(value) / f64::from(most.max(1)))
        })
        .collect();
    let [red, green, blue] = channels.as_slice() else {
        return None;
    };
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    Some(if luma < 0.5 {
        Brightness::Dark
    } else {
        Brightness::Light
    })
}

/// What `COLORFGBG` says: the last number is the background's colour.
pub fn from_environment(value: &str) -> Option<Brightness> {
    let background: u8 = value.rsplit(';').next()?.parse().ok()?;
    Some(match background {
        0..=6 | 8 => Brightness::Dark,
        _ => Brightness::Light,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(text: &str) -> Vec<Heard> {
        let mut listener = Listener::default();
        let start = Key {
            alt: true,
            ..Key::char(']')
        };
        let mut heard = vec![listener.hear(start)];
        heard.extend(text.chars().map(|character| listener.hear(Key::char(character))));
        heard.push(listener.hear(Key {
            alt: true,
            ..Key::char('\\')
        }));
        heard
    }

    #[test]
    fn an_answer_is_swallowed_and_understood() {
        let heard = hear("11;rgb:ffff/fbfb/f8f8");
        assert!(heard.iter().all(|heard| matches!(heard, Heard::Part(_))));
        assert_eq!(heard.last(), Some(&Heard::Part(Some(Brightness::Light))));
        assert_eq!(
            hear("11;rgb:14/17/1f").last(),
            Some(&Heard::Part(Some(Brightness::Dark)))
        );
    }

    #[test]
    fn keys_after_a_stray_alt_bracket_are_keys_again() {
        let mut listener = Listener::default();
        listener.hear(Key {
            alt: true,
            ..Key::char(']')
        });
        assert_eq!(listener.hear(Key::char('j')), Heard::Key(Key::char('j')));
        assert_eq!(listener.hear(Key::char('1')), Heard::Key(Key::char('1')));
    }

    #[test]
    fn the_environment_may_tell() {
        assert_eq!(from_environment("15;0"), Some(Brightness::Dark));
        assert_eq!(from_environment("0;default;15"), Some(Brightness::Light));
        assert_eq!(from_environment("nonsense"), None);
    }
}
