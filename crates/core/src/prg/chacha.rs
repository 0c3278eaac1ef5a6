//! ChaCha with 8 rounds (Bernstein 2008, "ChaCha, a variant of Salsa20", section 3), four
//! blocks side by side.

use super::lanes::U32x4;

/// "expand 32-byte k".
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
const DOUBLE_ROUNDS: usize = 4;

/// The words of a block's state from the key on: key 8, counter 1, nonce 3.
pub(super) type Input = [U32x4; 12];

/// The state of four blocks after all rounds, without the final addition of the input.
#[inline(always)]
pub(super) fn rounds(input: &Input) -> [U32x4; 16] {
    let mut x = [U32x4::splat(0); 16];
    for (word, constant) in x.iter_mut().zip(CONSTANTS) {
        *word = U32x4::splat(constant);
    }
    x[4..].copy_from_slice(input);
    for _ in 0..DOUBLE_ROUNDS {
        quarter(&mut x, 0, 4, 8, 12);
        quarter(&mut x, 1, 5, 9, 13);
        quarter(&mut x, 2, 6, 10, 14);
        quarter(&mut x, 3, 7, 11, 15);
        quarter(&mut x, 0, 5, 10, 15);
        quarter(&mut x, 1, 6, 11, 12);
        quarter(&mut x, 2, 7, 8, 13);
        quarter(&mut x, 3, 4, 9, 14);
    }
    x
}

/// Word `index` of the four blocks: the final addition for one word.
#[inline(always)]
pub(super) fn output(state: &[U32x4; 16], input: &Input, index: usize) -> U32x4 {
    let start = match index {
        0..4 => U32x4::splat(CONSTANTS[index]),
        _ => input[index - 4],
    };
    state[index].add(start)
}

#[inline(always)]
fn quarter(x: &mut [U32x4; 16], a: usize, b: usize, c: usize, d: usize) {
    x[a] = x[a].add(x[b]);
    x[d] = x[d].xor(x[a]).rotate_16();
    x[c] = x[c].add(x[d]);
    x[b] = x[b].xor(x[c]).rotate_12();
    x[a] = x[a].add(x[b]);
    x[d] = x[d].xor(x[a]).rotate_8();
    x[c] = x[c].add(x[d]);
    x[b] = x[b].xor(x[c]).rotate_7();
}
