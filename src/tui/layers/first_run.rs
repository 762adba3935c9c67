//! The choice that an empty home begins with: nobody meets an empty screen.

/// What to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Instances that lie in the home already.
    TakeOver,
    /// Two instances, joined.
    Demo,
    /// A local instance.
    Host,
    /// Someone else's, by a code or a bundle.
    Accept,
    /// Someone else's, by plain values.
    Remote,
    /// Everything that another home had.
    Vault,
}

impl Choice {
    /// All of them.
    const ALL: [Self; 6] = [
        Self::TakeOver,
        Self::Demo,
        Self::Host,
        Self::Accept,
        Self::Remote,
        Self::Vault,
    ];

    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::TakeOver => "Take them over",
            Self::Demo => "Try the demo",
            Self::Host => "Host an instance",
            Self::Accept => "Accept an offer",
            Self::Remote => "Add a remote instance",
            Self::Vault => "Bring your vault along",
        }
    }

    /// In a sentence or two.
    pub const fn text(self) -> &'static str {
        match self {
            Self::TakeOver => {
                "A new vault is made, and you are asked: each of them gets a new owner, which this home calls it as. The owner of before is let in no more; pointers, credentials and audit trail stay as they are."
            }
            Self::Demo => {
                "Two instances on this machine, alpha and beta, joined by a real handshake, with pointers to look at and federated calls to make. Ready in seconds."
            }
            Self::Host => {
                "A new instance on this machine, answering sealed invokes for as long as this console runs."
            }
            Self::Accept => {
                "An administrator gave you a code or a bundle for their instance: it is taken, you compare the words with them, and a first call shows that it works."
            }
            Self::Remote => {
                "An instance that takes plain values, as the original Python ones do: you need its URL, an app_id and the secrets."
            }
            Self::Vault => {
                "The file that another console wrote with :export-vault, and its words: credentials, instances and settings of that home."
            }
        }
    }
}

/// The choice as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstRun {
    /// What is selected.
    pub choice: Choice,
    /// Whether the vault is to be locked with a passphrase rather than a key file.
    pub passphrase: bool,
    /// Whether there is something to take over.
    takes_over: bool,
}

impl Default for FirstRun {
    fn default() -> Self {
        Self {
            choice: Choice::Demo,
            passphrase: false,
            takes_over: false,
        }
    }
}

impl FirstRun {
    /// Offers first to take over what lies in the home.
    pub fn offer_to_take_over(&mut self) {
        self.takes_over = true;
        self.choice = Choice::TakeOver;
    }

    /// What there is to choose from.
    pub fn choices(&self) -> &'static [Choice] {
        match self.takes_over {
            true => &Choice::ALL,
            false => &Choice::ALL[1..],
        }
    }

    /// The choice that a digit stands for.
    pub fn of_digit(&self, digit: char) -> Option<Choice> {
        let place = digit.to_digit(10)?.checked_sub(1)?;
        self.choices().get(place as usize).copied()
    }

    /// Selects the next or the previous choice.
    pub fn step(&mut self, forward: bool) {
        let choices = self.choices();
        let place = choices
            .iter()
            .position(|choice| *choice == self.choice)
            .unwrap_or(0);
        let next = if forward {
            (place + 1).min(choices.len() - 1)
        } else {
            place.saturating_sub(1)
        };
        self.choice = choices[next];
    }
}
