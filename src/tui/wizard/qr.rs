//! Pictures to scan: two modules of a code in each character, dark on light whatever the theme is.

use super::state::Wizard;
use crate::handshake::guide::Step;
use crate::model::Delivery;
use crate::protocol::CredentialForm;
use qrcode::{Color as Module, EcLevel, QrCode};

/// Light modules around the picture, without which it is not found.
const QUIET: usize = 2;

/// A picture, line by line.
pub struct Picture {
    /// Its lines, all of the same width.
    pub lines: Vec<String>,
}

impl Picture {
    /// Columns and rows that it takes.
    pub fn size(&self) -> (u16, u16) {
        let columns = self.lines.first().map_or(0, |line| line.chars().count());
        (
            u16::try_from(columns).unwrap_or(u16::MAX),
            u16::try_from(self.lines.len()).unwrap_or(u16::MAX),
        )
    }
}

/// The picture of a text; none if it is too long for any.
pub fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).ok()?;
    let side = code.width();
    let whole = side + 2 * QUIET;
    let dark = |x: usize, y: usize| {
        let inside = (QUIET..QUIET + side).contains(&x) && (QUIET..QUIET + side).contains(&y);
        inside && code[(x - QUIET, y - QUIET)] == Module::Dark
    };
    let lines = (0..whole)
        .step_by(2)
        .map(|y| {
            (0..whole)
                .map(|x| match (dark(x, y), dark(x, y + 1)) {
                    (false, false) => '█',
                    (false, true) => '▀',
                    (true, false) => '▄',
                    (true, true) => ' ',
                })
                .collect()
        })
        .collect();
    Some(Picture { lines })
}

/// What the picture of the present step says; none where there is none.
pub fn content(wizard: &Wizard) -> Option<String> {
    if wizard.course.is_over() || wizard.is_burnt() {
        return None;
    }
    match wizard.step() {
        Step::HandOver if wizard.course.answers.delivery != Delivery::Plain => text(wizard),
        Step::Send => text(wizard),
        _ => None,
    }
}

/// What can be copied at the present step. Plain values only while they are shown.
pub fn text(wizard: &Wizard) -> Option<String> {
    match wizard.step() {
        Step::Send => wizard.asked.as_ref().map(|asked| asked.text.clone()),
        Step::HandOver => {
            let made = wizard.made.as_ref()?;
            match (&made.code, &made.armoured) {
                (Some(code), _) => Some(format!("{}\n{}", made.endpoint, code.as_str())),
                (None, Some(armoured)) => Some(armoured.clone()),
                (None, None) if wizard.revealed.is_some() => {
                    Some(environment(&made.plain.first()?.1).join("\n"))
                }
                (None, None) => None,
            }
        }
        _ => None,
    }
}

/// The lines that a Python client reads its values from.
pub fn environment(form: &CredentialForm) -> Vec<String> {
    let values = form.expose_value();
    let value = |name: &str| {
        values
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let mut lines = vec![
        format!("BUTTERFLY_URL={}", form.endpoint),
        format!("APP_ID={}", form.app_id),
    ];
    for (name, variable) in [
        ("jwt_secret_key", "JWT_SECRET_KEY"),
        ("encryption_key", "BUTTERFLY_ENCRYPTION_KEY"),
        ("access_key", "ACCESS_KEY"),
        ("kid", "KID"),
        ("root", "ROOT"),
        ("instance_id", "INSTANCE_ID"),
    ] {
        let value = value(name);
        if !value.is_empty() {
            lines.push(format!("{variable}={value}"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_square_with_light_around_it_and_too_much_has_none() {
        let picture = picture("http://127.0.0.1:5001/invoke\n4711-able-about-above").unwrap();
        let (columns, rows) = picture.size();
        assert_eq!(columns.div_ceil(2), rows);
        assert!(picture.lines[0].chars().all(|character| character == '█'));
        assert!(
            picture
                .lines
                .iter()
                .all(|line| line.starts_with("██") && line.ends_with("██"))
        );
        // The finder in the upper left corner: seven dark modules, a ring, a square of three.
        assert!(picture.lines[1].starts_with("██ ▄▄▄▄▄ "));
        assert!(super::picture(&"a".repeat(4_000)).is_none());
    }
}
