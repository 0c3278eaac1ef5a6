//! Texts: of a link, of a form, of a file of credentials.

use super::{Reader, choose, inputs};
use sotto_core::fuzz_input::entropy;
use sotto_digits::{CLASSES, partition};
use sotto_federated::dials::Dials;
use sotto_federated::{Schedule, Settings};
use sotto_link::{Credential, EndpointId, Fingerprint, HostIdentity, Invite, RoomSecret};
use sotto_mpc::{Path, Role};

const READERS: [Reader; 10] = [
    ("dials", |bytes| {
        let (dials, _) = Dials::from_query(&text(bytes));
        assert!((0.0..=1.0).contains(&dials.flaky) && dials.slow_s >= 0.0);
    }),
    ("query", |bytes| {
        if let Ok(settings) = Settings::from_query(&text(bytes)) {
            assert_eq!(Settings::from_query(&settings.to_query()).as_ref(), Ok(&settings));
            assert!(settings.recipe.check().is_ok());
            assert!(settings.cohort_least() > 0);
            assert!(settings.adaptive_clip().is_none() || settings.private_task(3).is_some());
        }
    }),
    ("invitation", |bytes| {
        if let Ok(invite) = Invite::parse(&text(bytes)) {
            assert!(Invite::parse(&invite.fragment()) == Ok(invite));
        }
    }),
    ("credential", |bytes| {
        if let Ok(credential) = Credential::parse(&text(bytes)) {
            assert!(Credential::parse(&credential.text()) == Ok(credential));
        }
    }),
    ("secret", |bytes| {
        if let Ok(secret) = RoomSecret::parse(&text(bytes)) {
            assert!(RoomSecret::parse(&secret.text()) == Ok(secret));
        }
        if let Ok(identity) = HostIdentity::parse(&text(bytes)) {
            let same = HostIdentity::parse(&identity.text()).map(|same| same.fingerprint());
            assert!(same == Ok(identity.fingerprint()));
        }
    }),
    ("endpoint", |bytes| {
        if let Some(id) = EndpointId::parse(&text(bytes)) {
            assert_eq!(EndpointId::parse(&id.to_string()), Some(id));
            let same = Fingerprint::parse(&text(bytes)).map(|same| same.to_string());
            assert_eq!(same, Some(id.to_string()));
        }
    }),
    ("partition", |bytes| {
        let Some((shards, bytes)) = bytes.split_first() else { return };
        let Ok(partitioner) = partition::parse(&text(bytes)) else { return };
        let counts = [7; CLASSES];
        if let Ok(shards) = partition::cut(&*partitioner, &counts, u32::from(*shards), 1) {
            let all: u32 = shards.iter().flat_map(partition::Shard::histogram).sum();
            assert_eq!(all, counts.iter().sum::<u32>());
        }
        assert!(
            partition::parse(&partitioner.name()).is_ok_and(|p| p.name() == partitioner.name())
        );
    }),
    ("schedule", |bytes| {
        if let Ok(schedule) = text(bytes).parse::<Schedule>() {
            assert_eq!(schedule.to_string().parse(), Ok(schedule));
            assert!((0.0..=1.0).contains(&schedule.factor(30, 20)));
        }
    }),
    ("role", |bytes| {
        if let Some(role) = Role::by_name(&text(bytes)) {
            assert_eq!(role.name().as_bytes(), bytes);
        }
    }),
    ("path", |bytes| {
        if let Ok(path) = text(bytes).parse::<Path>() {
            assert_eq!(path.to_string().parse(), Ok(path));
        }
    }),
];

pub(super) fn run(bytes: &[u8]) {
    choose(&READERS, bytes);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut found: Vec<(&str, String)> = sotto_federated::SETTINGS
        .iter()
        .map(|info| ("query", format!("?{}={}", info.name, (info.get)(&Settings::default()))))
        .collect();
    let secret = RoomSecret::draw(&mut entropy(1, "fuzzing/text"));
    let identity = HostIdentity::draw(&mut entropy(2, "fuzzing/text"));
    let seed = "SUAMK2FG4MI6UE3ACF3FK3OIQBCEIEZV7NSWFFEW63UXMRLFM2XLAXK4GY";
    let jwt = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjoiYWRhIn0.c2ln";
    let credentials = [
        "user:ada:secret".to_owned(),
        "token:secret".to_owned(),
        format!("nkey:{seed}"),
        format!("jwt:{jwt}:{seed}"),
    ];
    for credential in &credentials {
        let credential = Credential::parse(credential).ok();
        for claim in ["worker", "alice"] {
            let room = (secret.clone(), identity.fingerprint());
            let invite = Invite::new(room, "wss://broker.example:443/way", claim);
            let invite = invite.and_then(|invite| invite.with_credential(credential.clone()));
            let link = invite.expect("all of it is short").fragment().to_string();
            found.push(("invitation", format!("https://example.org/{link}")));
        }
    }
    found.extend(credentials.into_iter().map(|credential| ("credential", credential)));
    let creds = format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    );
    found.push(("credential", creds));
    found.push(("secret", secret.text().to_string()));
    found.push(("secret", identity.text().to_string()));
    found.push(("endpoint", EndpointId([0xab; 16]).to_string()));
    found.extend(
        partition::examples().into_iter().map(|name| ("partition", format!("\u{7}{name}"))),
    );
    let schedules = ["constant", "cosine", "exponential:0.9", "step:10:0.5"];
    found.extend(schedules.map(|name| ("schedule", name.to_owned())));
    found.push(("role", Role::Alice.name().to_owned()));
    let paths = ["seed", "model/1", "classify/17/conv1/open", "step/4/relu2/open"];
    found.extend(paths.map(|path| ("path", path.to_owned())));
    inputs(&READERS, found)
}
