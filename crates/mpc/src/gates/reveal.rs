//! The two ends of a classification: the client's shares become masked values, and shares
//! of the answer go back to the client.

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Element, Masked, Share, Wide};
use super::super::{Error, Party, Role};
use super::Online;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

/// `x^ = ([x]_0 + [r_x]_0) + ([x]_1 + [r_x]_1)`: one round, 4 bytes each way, nothing is dealt.
pub(crate) struct Input {
    count: usize,
}

impl Input {
    pub(crate) fn deal(dealing: &mut Dealing, count: usize) -> Secret<Wide> {
        dealing.mask(count)
    }

    /// Also gives this party's share of the input's masks.
    pub(crate) fn prepare(preparing: &mut Preparing<'_>, count: usize) -> (Self, Share<Wide>) {
        (Self { count }, preparing.mask(count))
    }

    /// The parties also compare the number of the material that they take: one of them could
    /// have lost some.
    pub(crate) async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        number: u32,
        share: Share<Wide>,
        mask: &Share<Wide>,
    ) -> Result<Masked<Wide>, Error> {
        let share = share.plus(mask);
        let write = |bytes: &mut Vec<u8>| {
            bytes.extend(number.to_le_bytes());
            share.write(bytes);
        };
        let message = online.exchange("open", 4 + Wide::LEN * self.count, write).await?;
        let (head, rest) = message.payload().split_at(4);
        if head != number.to_le_bytes() {
            return Err(Error::OtherMaterial);
        }
        let pairs = share.values().iter().zip(Wide::read(rest));
        Ok(Masked(pairs.map(|(mine, yours)| *mine + yours).collect()))
    }
}

/// A party's share of a wide value whose mask it has a share of: `[y]_b = b y^ - [r_y]_b`.
pub(crate) fn reveal(party: Party, values: &Masked<Wide>, mask: &Share<Wide>) -> Share<Wide> {
    let pairs = values.0.iter().zip(mask.values());
    Share::new(match party {
        Party::Alice => pairs.map(|(_, mask)| -*mask).collect(),
        Party::Bob => pairs.map(|(value, mask)| *value - *mask).collect(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(values: Vec<i32>, seed: u64) {
            let secret = check::wide(&values, &vec![Default::default(); values.len()]).0;
            let mask = check::wide_masks(values.len(), seed);
            let other = Share::split(&secret, &mask);
            let (masks, found) = check::run(
                seed,
                |dealing| Input::deal(dealing, values.len()),
                |preparing| Ok(Input::prepare(preparing, values.len())),
                async |(input, mask_share), online| {
                    let share = match online.party {
                        Party::Alice => mask.clone(),
                        Party::Bob => other.values().to_vec(),
                    };
                    let masked = input.eval(online, 7, Share::new(share.into()), &mask_share).await?;
                    let revealed = reveal(online.party, &masked, &mask_share);
                    Ok((masked, revealed))
                },
            );
            let [(a, x), (b, y)] = found;
            prop_assert_eq!(check::signed_wide(&check::unmask([a, b], &masks)), values.clone());
            prop_assert_eq!(check::signed_wide(&check::joined([x, y])), values);
        }
    }

    #[test]
    fn different_material_is_noticed() {
        let ((), found) = check::run(
            1,
            |dealing| drop(Input::deal(dealing, 3)),
            |preparing| Ok(Input::prepare(preparing, 3)),
            async |(input, mask), online| {
                let number = if online.party == Party::Alice { 1 } else { 2 };
                let share = Share::new(check::wide_masks(3, 1).into());
                Ok(input.eval(online, number, share, &mask).await.err())
            },
        );
        assert_eq!(found, [Some(Error::OtherMaterial), Some(Error::OtherMaterial)]);
    }
}
