//! The choice that an empty home begins with: nobody meets an empty screen.

/// What to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
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
    pub const ALL: [Self; 5] = [Self::Demo, Self::Host, Self::Accept, Self::Remote, Self::Vault];

    /// The one that a digit stands for.
    pub fn of_digit(digit: char) -> Option<Self> {
        let place = digit.to_digit(10)?.checked_sub(1)?;
        Self::ALL.get(place as usize).copied()
    }

    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
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
}

impl Default for FirstRun {
    fn default() -> Self {
        Self {
            choice: Choice::Demo,
            passphrase: false,
        }
    }
}

impl FirstRun {
    /// Selects the next or the previous choice.
    pub fn step(&mut self, forward: bool) {
        let place = Choice::ALL
            .iter()
            .position(|choice| *choice == self.choice)
            .unwrap_or(0);
        let next = if forward {
            (place + 1).min(Choice::ALL.len() - 1)
        } else {
            place.saturating_sub(1)
        };
        self.choice = Choice::ALL[next];
    }
}
