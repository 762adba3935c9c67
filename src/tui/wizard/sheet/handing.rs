//! What stands on the screen while something is handed over: codes, bundles, plain values, requests.

use super::rows::{Sheet, countdown, waiting};
use crate::model::{Delivery, Holder};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::tui::wizard::qr::environment;
use crate::tui::wizard::state::Wizard;
use crate::workspace::OfferMade;

pub fn hand_over(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let Some(made) = &wizard.made else {
        resumed_hand_over(state, wizard, sheet, room);
        return;
    };
    if wizard.leaving {
        sheet.led(
            &format!("{} ", state.look.glyphs.warn),
            Role::Warn,
            "What is secret here is not shown again. Press Esc once more to leave; the handshake stays under way.",
            Role::Warn,
            room,
        );
        sheet.gap();
    }
    if let Some(warning) = &made.warning {
        sheet.led(
            &format!("{} ", state.look.glyphs.warn),
            Role::Warn,
            warning,
            Role::Warn,
            room,
        );
        sheet.gap();
    }
    match made.delivery {
        Delivery::Code => code(state, wizard, made, sheet, room),
        Delivery::Plain => plain(state, wizard, made, sheet, room),
        Delivery::Request | Delivery::Passphrase => bundle(state, wizard, made, sheet, room),
    }
}

fn code(state: &State, wizard: &Wizard, made: &OfferMade, sheet: &mut Sheet, room: u16) {
    let code = made.code.as_ref().map_or("", |code| code.as_str());
    if wizard.is_burnt() {
        let text = format!("The code {code} is burnt: nobody can use it. n makes another one.");
        sheet.prose(&text, Role::Warn, room);
        return;
    }
    sheet.card(vec![
        Line::of("address   ", Role::Dim).and(made.endpoint.to_string(), Role::Strong),
        Line::new(),
        Line::of("code      ", Role::Dim).and(code.to_owned(), Role::Match),
    ]);
    sheet.gap();
    let left = made.expires_at.as_seconds() - state.clock.now().as_seconds();
    if left <= 0 {
        sheet.line("The code is too old. n makes another one.", Role::Warn);
        return;
    }
    waiting(
        state,
        wizard,
        sheet,
        room,
        &format!("waiting for {} to type it in", wizard.peer()),
    );
    sheet.line(
        format!(
            "  the code is good for {} more; n makes another one",
            countdown(left)
        ),
        Role::Dim,
    );
    sheet.line(
        "  this page turns by itself when they have typed it in",
        Role::Dim,
    );
}

fn bundle(state: &State, wizard: &Wizard, made: &OfferMade, sheet: &mut Sheet, room: u16) {
    let mut lines = Vec::new();
    let size = made.armoured.as_ref().map_or(0, String::len);
    match &made.file {
        Some(file) => {
            lines.push(Line::of("file      ", Role::Dim).and(file.display().to_string(), Role::Strong))
        }
        None => {
            lines.push(Line::of("file      ", Role::Dim).and("not written: y copies the text", Role::Base))
        }
    }
    lines.push(Line::of("text      ", Role::Dim).and(
        format!("{size} bytes: y copies, t shows it to select"),
        Role::Base,
    ));
    lines.push(
        Line::of("good for  ", Role::Dim).and(
            state
                .clock
                .distance(made.expires_at)
                .trim_start_matches("in ")
                .to_owned(),
            Role::Base,
        ),
    );
    if let Some(passphrase) = &made.passphrase {
        lines.push(Line::new());
        let shown = wizard.is_revealed(state.clock.now());
        let words = if shown {
            // Apart by blanks, so that no word is broken at the end of a line.
            passphrase.expose_text().replace('-', " ")
        } else {
            "•••• •••• •••• •••• •••• •••• ••••".to_owned()
        };
        for (index, part) in wrap(&words, room.saturating_sub(18)).into_iter().enumerate() {
            let label = if index == 0 { "words     " } else { "          " };
            let role = if shown { Role::Match } else { Role::Faint };
            lines.push(Line::of(label, Role::Dim).and(part, role));
        }
        let hint = if shown {
            "s hides them; they hide by themselves after 30 s"
        } else {
            "s shows them"
        };
        lines.push(Line::of("          ", Role::Dim).and(hint, Role::Dim));
    }
    sheet.card(lines);
    sheet.gap();
    waiting(
        state,
        wizard,
        sheet,
        room,
        &format!("waiting for {} to open it", wizard.peer()),
    );
    opened_elsewhere(sheet, room);
}

/// Nobody here can know when a bundle is opened; whoever opened it says so.
fn opened_elsewhere(sheet: &mut Sheet, room: u16) {
    sheet.led(
        "  ",
        Role::Dim,
        "When they tell you that they have opened it, go on to the words with Enter.",
        Role::Dim,
        room,
    );
}

fn plain(state: &State, wizard: &Wizard, made: &OfferMade, sheet: &mut Sheet, room: u16) {
    let glyph = state.look.glyphs.warn;
    sheet.led(
        &format!("{glyph} "),
        Role::Warn,
        "Whoever sees these values can call as they do: over your shoulder, in a chat, in a backup of a mailbox. No words prove who has them.",
        Role::Warn,
        room,
    );
    sheet.gap();
    let shown = wizard.is_revealed(state.clock.now());
    for (holder, form) in &made.plain {
        if made.plain.len() > 1 {
            let whose = match holder {
                Holder::Console => "for the console",
                Holder::Instance => "for the instance",
            };
            sheet.line(whose, Role::Dim);
        }
        let mut lines = Vec::new();
        for line in environment(form) {
            let (name, value) = line.split_once('=').unwrap_or((&line, ""));
            let open = matches!(name, "BUTTERFLY_URL" | "APP_ID" | "KID" | "INSTANCE_ID");
            let value = if shown || open {
                value.to_owned()
            } else {
                "••••••••••••••••".to_owned()
            };
            let role = if shown || open { Role::Strong } else { Role::Faint };
            // Whole, over as many lines as it takes: half a value is none.
            for (index, part) in wrap(&format!("{name}={value}"), room.min(76).saturating_sub(5))
                .into_iter()
                .enumerate()
            {
                let head = if index == 0 { name.len() + 1 } else { 0 };
                let (label, rest) = part.split_at(head.min(part.len()));
                lines.push(Line::of(label, Role::Dim).and(rest, role));
            }
        }
        sheet.card(lines);
    }
    let hint = if shown {
        "s hides them again; they hide by themselves after 30 s. y copies, t shows them to select."
    } else {
        "s shows them, for 30 seconds."
    };
    sheet.prose(hint, Role::Dim, room);
}

fn resumed_hand_over(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let answers = &wizard.course.answers;
    let text = match answers.delivery {
        Delivery::Code => {
            "The code was shown when it was made, and is not kept where anybody could read it. n makes another one for the same offer."
        }
        Delivery::Passphrase => {
            "The words were shown when the bundle was made, and are not kept. If they are lost, withdraw this offer and make another one."
        }
        Delivery::Request => "The bundle was made for their request. If it is lost, make the offer again.",
        Delivery::Plain => "The values were shown when they were made.",
    };
    sheet.prose(text, Role::Base, room);
    sheet.gap();
    if answers.delivery != Delivery::Plain {
        waiting(
            state,
            wizard,
            sheet,
            room,
            &format!("waiting for {}", wizard.peer()),
        );
        if answers.delivery != Delivery::Code {
            opened_elsewhere(sheet, room);
        }
    }
}

pub fn send(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let Some(asked) = &wizard.asked else {
        sheet.prose(
            "The request was made and is waiting for its answer. When the bundle is here, go on with Enter.",
            Role::Base,
            room,
        );
        return;
    };
    let mut lines = Vec::new();
    if let Some(file) = &asked.file {
        lines.push(Line::of("file      ", Role::Dim).and(file.display().to_string(), Role::Strong));
    }
    lines.push(Line::of("text      ", Role::Dim).and(
        format!("{} bytes: y copies, t shows it to select", asked.text.len()),
        Role::Base,
    ));
    lines.push(Line::of("answered  ", Role::Dim).and(
        format!("until {}", state.clock.date_time(asked.expires_at)),
        Role::Base,
    ));
    sheet.card(lines);
    sheet.gap();
    sheet.prose(
        "When their answer is here, go on with Enter. You can leave until then: the request is shown again when you come back.",
        Role::Dim,
        room,
    );
}
