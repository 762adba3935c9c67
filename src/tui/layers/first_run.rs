//! The choice that an empty home begins with: nobody meets an empty screen.

/// What to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Two instances, joined.
    Demo,
    /// A local instance.
    Host,
    /// Someone else's.
    Remote,
}

impl Choice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Demo, Self::Host, Self::Remote];

    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Demo => "Try the demo",
            Self::Host => "Host an instance",
            Self::Remote => "Add a remote instance",
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
            Self::Remote => {
                "An instance that somebody else runs: you need its URL and the credential that its administrator gave you."
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
            (place + 1).min(2)
        } else {
            place.saturating_sub(1)
        };
        self.choice = Choice::ALL[next];
    }
}
