//! What the wizard knows. It knows nothing of the keys that change it, nor of how it is drawn.

use super::ahead::Ahead;
use super::picker::Picker;
use crate::handshake::AlarmKind;
use crate::handshake::guide::{Course, Step};
use crate::model::{AppId, CredentialState, Delivery, Grant, InstanceName, Side, Timestamp};
use crate::tui::layers::Field;
use crate::workspace::{Accepted, Called, Check, Failure, HandshakeRow, OfferMade, RequestMade};
use serde_json::Value;
use std::collections::HashMap;

/// Something that takes the whole screen for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zoom {
    /// The picture to scan.
    Qr,
    /// The text to copy, from this line on.
    Text(usize),
}

/// The wizard as it stands.
pub struct Wizard {
    /// Where one is, and what was answered.
    pub course: Course,
    /// The fields of the steps that one has been at: what was typed stays until the wizard is left.
    pub pages: HashMap<Step, Vec<Field>>,
    /// The field with the cursor.
    pub at: usize,
    /// The list of the present step, if it has one.
    pub list: Picker,
    /// What went wrong at the present step.
    pub failure: Option<Failure>,
    /// The errand that it waits for.
    pub ticket: Option<u64>,
    /// What was typed before the present step knows what it is about.
    pub ahead: Ahead,
    /// Timers of an earlier serial are not for this step.
    pub serial: u64,
    /// How often in a row the handshake could not be looked at.
    pub missed: u32,
    /// When the present step was entered.
    pub since: Timestamp,
    /// Until when secrets are shown.
    pub revealed: Option<Timestamp>,
    /// What takes the whole screen.
    pub zoom: Option<Zoom>,
    /// How far the present step is scrolled.
    pub scroll: usize,
    /// A first Esc was pressed where leaving loses something.
    pub leaving: bool,
    /// Something that was done, in words.
    pub note: Option<String>,
    /// The side that was chosen before the wizard was opened.
    pub wanted: Option<Side>,
    /// Handshakes that are under way.
    pub others: Vec<HandshakeRow>,
    /// Where the wizard was left.
    pub draft: Option<Course>,
    /// Names of the pointers that were picked, for people.
    pub named: HashMap<String, String>,
    /// What a request says.
    pub request: Option<Value>,
    /// The name that was typed before a request came that asks for another one.
    pub outvoted: Option<AppId>,
    /// The offer, while it is on the screen.
    pub made: Option<OfferMade>,
    /// The request that was made here.
    pub asked: Option<RequestMade>,
    /// What the bundle says, once it was looked into.
    pub says: Option<Value>,
    /// What accepting came to.
    pub accepted: Option<Accepted>,
    /// The handshake as it was when last looked at.
    pub row: Option<HandshakeRow>,
    /// Live checks that were made.
    pub checks: Vec<Check>,
    /// What we may, as it was agreed.
    pub grant: Option<Grant>,
    /// The remote's name in this home.
    pub remote: Option<InstanceName>,
    /// The first call.
    pub called: Option<Called>,
}

impl Wizard {
    /// A wizard at its first screen.
    pub fn new(now: Timestamp) -> Self {
        Self {
            course: Course::default(),
            pages: HashMap::new(),
            at: 0,
            list: Picker::default(),
            failure: None,
            ticket: None,
            ahead: Ahead::default(),
            serial: 0,
            missed: 0,
            since: now,
            revealed: None,
            zoom: None,
            scroll: 0,
            leaving: false,
            note: None,
            wanted: None,
            others: Vec::new(),
            draft: None,
            named: HashMap::new(),
            request: None,
            outvoted: None,
            made: None,
            asked: None,
            says: None,
            accepted: None,
            row: None,
            checks: Vec::new(),
            grant: None,
            remote: None,
            called: None,
        }
    }

    /// The step that one is at.
    pub fn step(&self) -> Step {
        self.course.at()
    }

    /// The fields of the present step.
    pub fn fields(&self) -> &[Field] {
        self.pages.get(&self.step()).map_or(&[], Vec::as_slice)
    }

    /// What was typed into a field of a step.
    pub fn typed(&self, step: Step, id: &str) -> &str {
        let fields = self.pages.get(&step).map_or(&[][..], Vec::as_slice);
        fields
            .iter()
            .find(|field| field.id == id)
            .map_or("", Field::value)
    }

    /// Whether the present step still waits for what it is about.
    pub fn waits_for_facts(&self) -> bool {
        self.ticket.is_some_and(|ticket| self.ahead.waits_for(ticket))
    }

    /// Whether secrets are shown now.
    pub fn is_revealed(&self, now: Timestamp) -> bool {
        self.revealed.is_some_and(|until| now < until)
    }

    /// When the code ends, while one is on the screen or out.
    pub fn code_ends(&self) -> Option<Timestamp> {
        if self.course.side() != Side::Issued || self.course.answers.delivery != Delivery::Code {
            return None;
        }
        let made = self.made.as_ref().map(|made| made.expires_at);
        made.or_else(|| self.row.as_ref().and_then(|row| row.expires_at))
    }

    /// Whether the code on the screen was tried and is of no use any more.
    pub fn is_burnt(&self) -> bool {
        let alarm = self
            .course
            .under_way()
            .and_then(|under_way| under_way.alarm.as_ref());
        self.step() == Step::HandOver
            && self.course.answers.delivery == Delivery::Code
            && alarm.is_some_and(|alarm| alarm.kind == AlarmKind::WrongCode && alarm.at >= self.since)
    }

    /// Whether a code is out that nobody has taken yet: only the other side can turn the page.
    pub fn waits_for_code(&self) -> bool {
        self.step() == Step::HandOver
            && self.course.answers.delivery == Delivery::Code
            && !self.course.is_answered()
    }

    /// Whether the step waits for the other side, and so is looked at again and again.
    pub fn waits_for_peer(&self, now: Timestamp) -> bool {
        if self.course.is_over() || self.failure.is_some() && self.step() == Step::HandOver {
            return false;
        }
        match self.step() {
            Step::HandOver => {
                self.course.answers.delivery != Delivery::Plain
                    && !self.is_burnt()
                    && self.code_ends().is_none_or(|ends| now < ends)
            }
            Step::Activation => true,
            _ => false,
        }
    }

    /// Whether the handshake is looked at while one is here, even if nothing shows that.
    pub fn looks(&self, now: Timestamp) -> bool {
        self.waits_for_peer(now) || self.is_burnt() || self.step() == Step::Words && !self.course.is_over()
    }

    /// Whether something moves on the screen.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ticket.is_some() || self.list.loading || self.waits_for_peer(now)
    }

    /// The seven words, once there are any.
    pub fn words(&self) -> Option<&[String; 7]> {
        let made = self.made.as_ref().and_then(|made| made.words.as_ref());
        let accepted = self.accepted.as_ref().map(|accepted| &accepted.words);
        let row = self.row.as_ref().and_then(|row| row.words.as_ref());
        made.or(accepted).or(row)
    }

    /// Where the handshake stands.
    pub fn state(&self) -> Option<CredentialState> {
        self.course.under_way().map(|under_way| under_way.state)
    }

    /// Whether something secret is on the screen that is not shown again.
    pub fn shows_secrets(&self) -> bool {
        let secret = self
            .made
            .as_ref()
            .is_some_and(|made| made.passphrase.is_some() || !made.plain.is_empty());
        self.step() == Step::HandOver && secret
    }

    /// Whether an instance of ours got a credential with which it can call by itself.
    pub fn can_relay(&self) -> bool {
        let known = self
            .row
            .as_ref()
            .map_or(&[][..], |row| row.credentials.as_slice());
        match &self.accepted {
            Some(accepted) => accepted.connection_id.is_some(),
            None => known.iter().any(|name| name.contains("/held/")),
        }
    }

    /// The other side, in words.
    pub fn peer(&self) -> String {
        let answers = &self.course.answers;
        let row = self.row.as_ref().map(|row| row.peer.clone());
        match self.course.side() {
            Side::Issued => answers.app_id.as_ref().map(ToString::to_string).or(row),
            Side::Held => {
                let accepted = self.accepted.as_ref().map(|accepted| accepted.remote.to_string());
                let remote = self.remote.as_ref().map(ToString::to_string);
                let says = self
                    .says
                    .as_ref()
                    .and_then(|says| says.pointer("/instance/name"))
                    .and_then(Value::as_str)
                    .map(ToOwned::to_owned);
                accepted.or(remote).or(says).or(row)
            }
        }
        .unwrap_or_else(|| "the other side".to_owned())
    }
}
