//! Requests to valgrind's memcheck, by which a program marks its own memory.
//!
//! Memcheck follows undefined bits through every instruction and reports a conditional jump or an address that
//! depends on one. A secret that is marked undefined is so followed to wherever it decides what the machine does
//! (Langley 2010, "ctgrind"). Outside of valgrind the requests do nothing.

// A request is a sequence of instructions that valgrind knows, and no safe Rust says one.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};

/// The numbers of requests, of valgrind.h and memcheck.h.
const RUNNING_ON_VALGRIND: usize = 0x1001;
const COUNT_ERRORS: usize = 0x1201;
const MAKE_MEM_UNDEFINED: usize = MEMCHECK + 1;
const MAKE_MEM_DEFINED: usize = MEMCHECK + 2;
const GET_VBITS: usize = MEMCHECK + 8;
/// The requests of the tool "MC" begin here.
const MEMCHECK: usize = (b'M' as usize) << 24 | (b'C' as usize) << 16;

/// Whether secrets are marked.
static IS_HIDING: AtomicBool = AtomicBool::new(true);

/// Asks valgrind; the answer is `default` where there is none.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn request(default: usize, request: usize, [a, b, c]: [usize; 3]) -> usize {
    let arguments = [request, a, b, c, 0, 0];
    let mut answer = default;
    // SAFETY: the four rotations add up to none, and rbx is exchanged with itself, so that no register changes
    // outside of valgrind. Within it rdx alone does. The memory that the arguments name belongs to a slice
    // that the caller holds.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") answer,
        );
    }
    answer
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn request(default: usize, _: usize, _: [usize; 3]) -> usize {
    default
}

/// Whether valgrind runs this program.
pub fn is_running() -> bool {
    request(0, RUNNING_ON_VALGRIND, [0; 3]) > 0
}

/// Reports so far, repeated ones too, but for those that are suppressed.
pub fn reports() -> usize {
    request(0, COUNT_ERRORS, [0; 3])
}

/// Marks values as secret: from here on no jump and no address may depend on them.
pub fn hide<T: Copy>(values: &mut [T]) {
    if IS_HIDING.load(Ordering::Relaxed) {
        request(0, MAKE_MEM_UNDEFINED, [values.as_mut_ptr() as usize, size_of_val(values), 0]);
    }
}

/// Runs with no secret marked.
pub fn in_the_clear<T>(run: impl FnOnce() -> T) -> T {
    IS_HIDING.store(false, Ordering::Relaxed);
    let result = run();
    IS_HIDING.store(true, Ordering::Relaxed);
    result
}

/// Marks values as public.
pub fn publish<T: Copy>(values: &mut [T]) {
    request(0, MAKE_MEM_DEFINED, [values.as_mut_ptr() as usize, size_of_val(values), 0]);
}

/// How many of these bytes depend on a secret.
pub fn secret_bytes<T: Copy>(values: &[T]) -> usize {
    let mut bits = vec![0u8; size_of_val(values)];
    request(0, GET_VBITS, [values.as_ptr() as usize, bits.as_mut_ptr() as usize, bits.len()]);
    bits.into_iter().filter(|bits| *bits != 0).count()
}
