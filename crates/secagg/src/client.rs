//! The worker's side of a secure sum.
//!
//! ```text
//! Advertised --KeyList--> Shared --Delivery--> Masked --Survivors--> Confirmed --Statements--> Done
//! ```
//!
//! A message that does not hold changes nothing. Each step is taken once: the phase that could
//! take it again is gone, and with `Done` all secrets are.

mod neighbourhood;

use zeroize::Zeroizing;

use super::agreement::{Context, Terms};
use super::encoding::Encoding;
use super::identity::Identity;
use super::keys::{Advertisement, Pair, Secrets};
use super::messages::{FromClient, FromServer, KeyList, Sealed, Shares, Statement};
use super::shamir::{self, Share};
use super::{Error, bit, bitmap, keys, mask};
use sotto_core::entropy::Entropy;
use sotto_core::prg::StreamKey;
use sotto_core::wire::PeerId;

use neighbourhood::Neighbourhood;

/// One worker in one try of one round.
pub struct Client {
    context: Context,
    terms: Terms,
    phase: Phase,
    first_masks: Vec<FirstMask>,
}

/// What one mask adds to the first element of a vector; for showing, in the worker's own page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstMask {
    /// With whom the worker shares the mask; `None` for its own.
    pub with: Option<PeerId>,
    /// What is added, as an element of the ring.
    pub element: u32,
}

enum Phase {
    Advertised(Secrets),
    Shared(Secrets, Neighbourhood, Vec<Pair>),
    Masked(Neighbourhood, Held),
    Confirmed(Neighbourhood, Held, Vec<bool>),
    Done,
}

/// The shares that this worker holds.
struct Held {
    /// Of its own secrets.
    own: Pair,
    /// Of each neighbour that shared its secrets; none of those whose shares are not what they
    /// committed to.
    neighbours: Vec<Option<Option<Pair>>>,
}

impl Held {
    fn shared(&self, index: usize) -> bool {
        self.neighbours[index].is_some()
    }
}

impl Client {
    /// Draws fresh keys, and says the first message.
    pub fn new(
        context: Context,
        terms: Terms,
        identity: &Identity,
        entropy: &mut Entropy,
    ) -> (Self, FromClient) {
        let secrets = Secrets::draw(entropy);
        let keys = secrets.advertise(&context, identity);
        let phase = Phase::Advertised(secrets);
        let client = Self { context, terms, phase, first_masks: Vec::new() };
        (client, FromClient::Keys(Box::new(keys)))
    }

    /// Answers a message. `part` gives this worker's vector in an encoding, `terms.len` values
    /// and the count, for a sum that at least so many survivors will be in.
    ///
    /// # Errors
    /// When the message is not due, or does not hold; then nothing has changed.
    pub fn handle(
        &mut self,
        message: FromServer,
        part: impl FnOnce(&Encoding, usize) -> Result<Vec<u32>, Error>,
        identity: &Identity,
        entropy: &mut Entropy,
    ) -> Result<FromClient, Error> {
        match message {
            FromServer::KeyList(list) => self.share(&list, identity, entropy),
            FromServer::Delivery(sealed) => self.mask(&sealed, part),
            FromServer::Survivors(alive) => self.confirm(&alive, identity),
            FromServer::Statements(statements) => self.unmask(&statements),
        }
    }

    /// What each mask added to the first element, once the vector was sent.
    #[must_use]
    pub fn first_masks(&self) -> &[FirstMask] {
        &self.first_masks
    }

    /// Whether this worker has said all it may.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done)
    }

    /// Round 1: shares of the mask key and of the own seed, sealed for each neighbour.
    fn share(
        &mut self,
        list: &KeyList,
        identity: &Identity,
        entropy: &mut Entropy,
    ) -> Result<FromClient, Error> {
        let Phase::Advertised(secrets) = &self.phase else {
            return Err(Error::Unexpected);
        };
        let ours = secrets.advertise(&self.context, identity);
        let around = Neighbourhood::new(&self.context, &self.terms, list, &ours)?;
        let points = || around.holders().map(shamir::point);
        let mut split =
            |secret: &[u8; 32]| shamir::split(secret, around.threshold(), points(), entropy);
        let pairs = split(&secrets.masking_bytes()).into_iter().zip(split(&secrets.own));
        let pairs: Vec<Pair> = pairs.map(|(masking, own)| Pair { masking, own }).collect();
        let me = around.position();
        let seal = |(position, pair): (u32, &Pair)| {
            let bytes = match around.neighbour(position) {
                Some(them) => {
                    secrets.seal(around.agreement(), [me, position], &them.sealing, pair)?
                }
                None => Vec::new(),
            };
            Ok(Sealed { position, hashes: pair.hashes(), bytes })
        };
        let sealed = around.holders().zip(&pairs).map(seal).collect::<Result<_, Error>>()?;
        let own = keys::seed_hash(&secrets.own);
        if let Phase::Advertised(secrets) = std::mem::replace(&mut self.phase, Phase::Done) {
            self.phase = Phase::Shared(secrets, around, pairs);
        }
        Ok(FromClient::Shares(Shares { own, sealed }))
    }

    /// Round 2: the vector under the own mask and those of all pairs.
    fn mask(
        &mut self,
        delivery: &[Sealed],
        part: impl FnOnce(&Encoding, usize) -> Result<Vec<u32>, Error>,
    ) -> Result<FromClient, Error> {
        let Phase::Shared(secrets, around, _) = &self.phase else {
            return Err(Error::Unexpected);
        };
        let me = around.position();
        let mut neighbours: Vec<Option<Option<Pair>>> = around.all().map(|_| None).collect();
        let mut masks = Vec::new();
        for sealed in delivery {
            let index = around.index(sealed.position).ok_or(Error::Shares)?;
            if neighbours[index].is_some() {
                return Err(Error::Shares);
            }
            let (them, way) = (around.keys(index), [sealed.position, me]);
            masks.push((
                mask::Sign::of(me, sealed.position),
                secrets.pair_mask(around.agreement(), way, &them.masking)?,
            ));
            // Who seals rubbish loses its own shares, and must not stop the others.
            let pair = secrets.open(around.agreement(), way, &them.sealing, &sealed.bytes).ok();
            neighbours[index] = Some(pair.filter(|pair| pair.hashes() == sealed.hashes));
        }
        around.check_count(delivery.len())?;

        let mut vector = Zeroizing::new(part(around.encoding(), around.least())?);
        if vector.len() != Encoding::elements(self.terms.len as usize) {
            return Err(Error::Length);
        }
        let width = around.encoding().width();
        let own = StreamKey::new(&secrets.own);
        let mut first_masks = Vec::new();
        let with = delivery.iter().map(|sealed| around.neighbour(sealed.position));
        let all = std::iter::once((None, mask::Sign::Plus, &own))
            .chain(with.zip(&masks).map(|(with, (sign, key))| (with, *sign, key)));
        for (with, sign, key) in all {
            let before = vector[0];
            mask::apply(key, width, sign, &mut vector);
            let element = width.unsigned(vector[0].wrapping_sub(before));
            first_masks.push(FirstMask { with: with.map(Advertisement::id), element });
        }
        let packed = width.pack(&vector);
        if let Phase::Shared(_, around, pairs) = std::mem::replace(&mut self.phase, Phase::Done)
            && let Some(own) = pairs.into_iter().next()
        {
            self.phase = Phase::Masked(around, Held { own, neighbours });
            self.first_masks = first_masks;
        }
        Ok(FromClient::Masked(packed))
    }

    /// The consistency round: what this worker was told of its neighbours, signed.
    fn confirm(&mut self, alive: &[u8], identity: &Identity) -> Result<FromClient, Error> {
        let Phase::Masked(around, held) = &self.phase else {
            return Err(Error::Unexpected);
        };
        let survivors: Vec<bool> = around.all().enumerate().map(|(i, _)| bit(alive, i)).collect();
        let known = survivors.iter().enumerate().all(|(i, alive)| !alive || held.shared(i));
        if !known || bitmap(survivors.iter().copied()) != alive {
            return Err(Error::List);
        }
        around.check_count(survivors.iter().filter(|alive| **alive).count())?;
        let statement = around.statement(&self.context, around.position(), alive);
        let signature = identity.sign(&statement);
        if let Phase::Masked(around, held) = std::mem::replace(&mut self.phase, Phase::Done) {
            self.phase = Phase::Confirmed(around, held, survivors);
        }
        Ok(FromClient::Statement(Statement { alive: alive.to_vec(), signature }))
    }

    /// Round 3: of each neighbour one share, of the own seed if it is alive, else of the mask
    /// key. Only if enough neighbours say that they were told the same, this worker's own
    /// survival with it.
    fn unmask(&mut self, statements: &[(u32, Statement)]) -> Result<FromClient, Error> {
        let Phase::Confirmed(around, held, survivors) = &self.phase else {
            return Err(Error::Unexpected);
        };
        let mut agreed = vec![false; survivors.len()];
        for (position, statement) in statements {
            let index = around.index(*position).ok_or(Error::Stranger)?;
            agreed[index] |= survivors[index]
                && around.agrees(index, statement, survivors)
                && around.holds(&self.context, index, statement);
        }
        around
            .check_count(agreed.iter().filter(|agreed| **agreed).count())
            .map_err(|_| Error::Inconsistent)?;
        let mut shares = vec![(around.position(), held.own.own.0)];
        for ((position, pair), alive) in around.positions().zip(&held.neighbours).zip(survivors) {
            if let Some(Some(pair)) = pair {
                let Share(share) = if *alive { &pair.own } else { &pair.masking };
                shares.push((position, *share));
            }
        }
        self.phase = Phase::Done;
        Ok(FromClient::Unmask(shares))
    }
}
