//! Instances: making, adding, listing, starting, stopping, removing.

use super::folders::move_folder;
use super::hosting::Hosting;
use super::{Failure, HostedBy, InitInstance, InstanceRow, RemoteRequest, Workspace, blocking, in_a_moment};
use crate::instance::{
    FolderLock, Host, Instance, InstanceError, LegacyStandIn, LockHolder, NewInstance, Settings,
};
use crate::model::{CredentialState, InstanceKind, InstanceName, Profile, Timestamp};
use crate::protocol::{Code, CredentialForm, HeldCredential, Spki};
use crate::vault::{HeldEntry, HeldRole, InstanceRecord};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Where an instance listens unless told otherwise.
const USUAL_PORT: u16 = 5001;

impl Workspace {
    /// Every instance in the home, as last known; touches no network.
    pub async fn instances(&self) -> Result<Vec<InstanceRow>, Failure> {
        let records = self.records().await?;
        Ok(records.into_iter().map(|record| self.row_of(record)).collect())
    }

    pub(super) async fn records(&self) -> Result<Vec<InstanceRecord>, Failure> {
        self.in_vault(|vault| vault.instances()).await
    }

    /// One instance by name.
    pub async fn instance(&self, name: &str) -> Result<InstanceRow, Failure> {
        let record = self.record(name).await?;
        Ok(self.row_of(record))
    }

    /// Makes a local instance; its owner credential goes into the vault.
    pub async fn init_instance(&self, new: InitInstance) -> Result<InstanceRow, Failure> {
        self.refuse_taken(&new.name).await?;
        let place = self.place_of(&new.name);
        if place.exists() {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!(
                    "{} is there already, but this home does not know it",
                    place.display()
                ),
                format!(
                    "take it over with `butterfly instance recover-owner {}`, or choose another name",
                    new.name
                ),
            ));
        }
        let listen = match new.listen {
            Some(listen) => listen,
            None => self.choose_address().await?,
        };
        let workbench = self.workbench(&new.name)?;
        let made = Instance::create(
            &workbench,
            NewInstance {
                name: new.name.clone(),
                listen,
                endpoint: new.endpoint,
                insecure_http: new.insecure_http,
                tls: new.tls,
                key: new.key,
            },
        )
        .await;
        let added = match made {
            Ok((settings, owner)) => self.add_local(&settings, &owner).await,
            Err(error) => Err(Failure::from(error).on(new.name.as_str())),
        };
        if let Err(failure) = added {
            let _ = std::fs::remove_dir_all(&workbench);
            return Err(failure);
        }
        move_folder(&workbench, &place)?;
        self.instance(new.name.as_str()).await
    }

    /// Shows the spare TLS key of a local instance from its next start on, and draws a new spare one. Nobody may
    /// host it meanwhile. Whoever accepted a bundle of it pinned both and notices nothing, and knows nothing of the new spare
    /// one: changing over to that one needs its pin to be taken there first. Gives both pins, the one that is shown first.
    pub async fn use_spare_key(&self, name: &str) -> Result<Vec<Spki>, Failure> {
        let record = self.record(name).await?;
        let folder = self.whole_folder_of(&record)?;
        let pins = blocking(move || Instance::use_spare_tls_key(&folder))
            .await
            .map_err(|error| Failure::from(error).on(name))?;
        let owner = record.credential.clone();
        self.in_vault(move |vault| {
            if let Some(mut entry) = vault.held_by_name(&owner)? {
                entry.form.pins.clone_from(&pins);
                vault.replace_held(&entry)?;
            }
            Ok(pins)
        })
        .await
    }

    pub(super) async fn add_local(&self, settings: &Settings, owner: &HeldCredential) -> Result<(), Failure> {
        let (entry, record) = local_entry(settings, owner);
        self.in_vault(move |vault| vault.add(&[entry], &[record])).await
    }

    async fn refuse_taken(&self, name: &InstanceName) -> Result<(), Failure> {
        let wanted = name.clone();
        let found = self
            .in_vault(move |vault| vault.instance(wanted.as_str()))
            .await?;
        match found {
            None => Ok(()),
            Some(known) => Err(Failure::new(
                Code::AlreadyExists,
                format!("an instance named {name} is in this home already"),
                if_it_is_the_same(&known),
            )
            .on(name.as_str())),
        }
    }

    /// Loopback and the usual port; a free one if a sibling or another program has that.
    async fn choose_address(&self) -> Result<SocketAddr, Failure> {
        let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, USUAL_PORT));
        let taken = self.records().await?.iter().any(|record| {
            record.kind == InstanceKind::Local
                && record.endpoint.url().port_or_known_default() == Some(USUAL_PORT)
        });
        let is_free = !taken && TcpListener::bind(usual).is_ok();
        Ok(if is_free {
            usual
        } else {
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
        })
    }

    /// Adds a remote instance from plain values.
    pub async fn add_remote(&self, request: RemoteRequest) -> Result<InstanceRow, Failure> {
        self.refuse_taken(&request.name).await?;
        let held = request.credential.clone().into_held()?;
        let now = Timestamp::now();
        let entry = HeldEntry {
            life: None,
            identity: None,
            pending: None,
            former: Vec::new(),
            name: format!("{}/{}", request.name, held.app_id),
            form: request.credential,
            role: HeldRole::Caller,
            instance: request.name.to_string(),
            state: CredentialState::Active,
            verified: false,
            expires_at: None,
            created_at: now,
            grant: None,
            last_used: None,
            uses: 0,
        };
        let record = remote_record(request.name.clone(), &held, entry.name.clone(), now);
        self.in_vault(move |vault| vault.add(&[entry], &[record])).await?;
        self.instance(request.name.as_str()).await
    }

    /// Forgets a remote, or removes a local instance with its folder. It must not be hosted.
    pub async fn remove_instance(&self, name: &str) -> Result<(), Failure> {
        let record = self.record(name).await?;
        if record.kind == InstanceKind::Local {
            // Behind its turn nobody opens it while its folder goes.
            let _turn = self.turns.take(&record.name).await;
            if self.row_of(record.clone()).hosted_by == HostedBy::Here {
                return Err(hosted(&record.name, "this process"));
            }
            let shut = self.shut(&record).await?;
            self.discard_folder(&record.name)?;
            drop(shut);
        }
        self.in_vault(move |vault| vault.remove_instance(record.name.as_str()))
            .await
    }

    /// Hosts a local instance in the background of this process.
    pub async fn start_instance(&self, name: &str) -> Result<InstanceRow, Failure> {
        let record = self.local_record(name).await?;
        if self.hosts.of(&record.name) == Hosting::Running {
            return Ok(self.row_of(record));
        }
        let folder = self.whole_folder_of(&record)?;
        let _turn = self.turns.take(&record.name).await;
        self.hosts
            .start(&record.name, folder)
            .await
            .map_err(|failure| failure.on(name))?;
        drop(_turn);
        self.probe(name).await
    }

    /// Stops an instance that this process hosts.
    pub async fn stop_instance(&self, name: &str) -> Result<InstanceRow, Failure> {
        let record = self.local_record(name).await?;
        if !self.hosts.stop(&record.name).await? {
            return match self.hosting_process(&record).await? {
                LockHolder::Nobody => Ok(self.row_of(record)),
                LockHolder::Process(pid) => Err(hosted(&record.name, &format!("process {pid}"))),
                LockHolder::Untold(why) => Err(Failure::from(InstanceError::Untold(why)).on(name)),
            };
        }
        self.probe(name).await
    }

    /// Hosts a local instance for `serve`: the caller keeps the host and stops it.
    pub async fn host(&self, name: &InstanceName, stand_in: Option<LegacyStandIn>) -> Result<Host, Failure> {
        let record = self.local_record(name.as_str()).await?;
        let folder = self.whole_folder_of(&record)?;
        let _turn = self.turns.take(name).await;
        Host::start(folder, stand_in)
            .await
            .map_err(|error| Failure::from(error).on(name.as_str()))
    }

    /// Nobody opens the instance while the answer is kept, and nobody has it open now. None where it has no folder.
    async fn shut(&self, record: &InstanceRecord) -> Result<Option<FolderLock>, Failure> {
        let place = self.place_of(&record.name);
        if !place.is_dir() {
            return Ok(None);
        }
        match Instance::hosted_by(&place) {
            LockHolder::Nobody => {}
            LockHolder::Process(pid) => return Err(hosted(&record.name, &format!("process {pid}"))),
            LockHolder::Untold(why) => {
                return Err(Failure::from(InstanceError::Untold(why)).on(record.name.as_str()));
            }
        }
        let shut = Instance::shut(&place).await;
        shut.map(Some)
            .map_err(|error| Failure::from(error).on(record.name.as_str()))
    }

    async fn hosting_process(&self, record: &InstanceRecord) -> Result<LockHolder, Failure> {
        let folder = self.folder_of(record)?;
        Ok(in_a_moment(move || Instance::hosted_by(&folder)).await)
    }

    pub(super) async fn local_record(&self, name: &str) -> Result<InstanceRecord, Failure> {
        let record = self.record(name).await?;
        if record.kind == InstanceKind::Local {
            return Ok(record);
        }
        Err(Failure::new(
            Code::InvalidParameter,
            "this instance is not ours to host: it is a remote one",
            "name a local instance; make one with `butterfly instance init NAME`",
        )
        .on(name))
    }
}

/// What to do about a name that is taken: fresh values of a remote need no other name.
fn if_it_is_the_same(known: &InstanceRecord) -> String {
    let other = "choose another name, or remove that one first with `butterfly instance remove INSTANCE`";
    let values = match (known.kind, known.profile) {
        (InstanceKind::Local, _) => return other.to_owned(),
        (InstanceKind::Remote, Profile::Legacy) => "--jwt-secret-file FILE --encryption-key-file FILE",
        (InstanceKind::Remote, Profile::Native) => "--kid ID --root-file FILE --instance-id ID",
    };
    format!(
        "if these are new values for it, give it those with `butterfly instance edit INSTANCE {values}`; else {other}"
    )
}

/// What the vault keeps of a local instance: its owner's credential, and its row.
pub(super) fn local_entry(settings: &Settings, owner: &HeldCredential) -> (HeldEntry, InstanceRecord) {
    let now = Timestamp::now();
    let entry = HeldEntry {
        life: None,
        identity: None,
        pending: None,
        former: Vec::new(),
        name: format!("{}/owner", settings.name),
        form: CredentialForm::of(owner),
        role: HeldRole::Owner,
        instance: settings.name.to_string(),
        state: CredentialState::Active,
        // Made here and never handed over: there is nobody to compare words with.
        verified: true,
        expires_at: None,
        created_at: now,
        grant: None,
        last_used: None,
        uses: 0,
    };
    let record = InstanceRecord {
        name: settings.name.clone(),
        kind: InstanceKind::Local,
        endpoint: settings.endpoint.clone(),
        profile: owner.profile(),
        instance_id: Some(settings.instance_id.clone()),
        app_id: owner.app_id.clone(),
        credential: entry.name.clone(),
        colour: None,
        read_only: false,
        patience_s: None,
        created_at: now,
        seen: None,
    };
    (entry, record)
}

/// The row of a remote that is called with this credential.
pub(super) fn remote_record(
    name: InstanceName,
    held: &HeldCredential,
    credential: String,
    now: Timestamp,
) -> InstanceRecord {
    InstanceRecord {
        name,
        kind: InstanceKind::Remote,
        endpoint: held.endpoint.clone(),
        profile: held.profile(),
        instance_id: held.instance_id().cloned(),
        app_id: held.app_id.clone(),
        credential,
        colour: None,
        read_only: false,
        patience_s: None,
        created_at: now,
        seen: None,
    }
}

fn hosted(name: &InstanceName, by: &str) -> Failure {
    Failure::new(
        Code::AlreadyHosted,
        format!("the instance is hosted by {by}"),
        "stop it there first",
    )
    .on(name.as_str())
}
