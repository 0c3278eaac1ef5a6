//! The digits module against the real MNIST.
#![allow(clippy::unwrap_used, reason = "a test's way to fail")]

use std::path::Path;

use sotto_digits::layout::{ChunkRef, Layout, encode_chunk};
use sotto_digits::mnist::Mnist;
use sotto_digits::normalise::{Ink, normalise};
use sotto_digits::partition::{self, Iid};
use sotto_digits::{Digits, PIXELS, SIDE, synthetic};

fn mnist() -> Mnist {
    let folder =
        std::env::var("MNIST_DIR").expect("set MNIST_DIR to a folder with the four MNIST files");
    Mnist::read(Path::new(&folder)).unwrap()
}

#[test]
fn the_files_are_the_ones_that_everybody_uses() {
    let Mnist { train, test } = mnist();
    assert_eq!((train.len(), test.len()), (60_000, 10_000));
    assert_eq!(train.labels()[..5], [5, 0, 4, 1, 9]);
    let counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    assert_eq!(train.histogram(), counts);
}

#[test]
fn a_shard_comes_back_from_its_chunks() {
    let Mnist { train, test } = mnist();
    let layout = Layout::new(&train, &test, "mnist").unwrap();
    let manifest = layout.manifest();
    let shard = partition::cut(&Iid, &manifest.train, 20, 1).unwrap().remove(7);
    let chunks = manifest.chunks_of(&shard);
    let downloaded: u32 = chunks.iter().map(|chunk| chunk.len).sum();
    assert!((3000..5000).contains(&downloaded), "{downloaded}");

    let files: std::collections::BTreeMap<String, Vec<u8>> = layout.files().collect();
    let fetched: Vec<(ChunkRef, Digits)> = chunks
        .into_iter()
        .map(|chunk| {
            let digits = chunk.decode(&files[&chunk.path]).unwrap();
            (chunk, digits)
        })
        .collect();
    let digits = shard.assemble(manifest, &fetched).unwrap();
    assert_eq!((digits.len(), digits.histogram()), (3000, shard.histogram()));
    // Eleven megabytes for 70,000 digits, about what gzip makes of the files.
    let total: usize = files.values().map(Vec::len).sum();
    assert!(total < 12_500_000, "{total}");
    let one = encode_chunk(&train.select(0..100)).len();
    assert!(one < 20_000, "{one}");
}

/// MNIST went through the normalisation before: once more must change next to nothing.
#[test]
fn normalising_an_enlarged_image_gives_it_back() {
    let test = mnist().test;
    for factor in [1, 4, 7] {
        let (mut same_position, mut difference) = (0, 0);
        for index in 0..1000 {
            let original = test.image(index);
            let image = normalise(&enlarged(original, factor)).unwrap();
            let differences = original.iter().zip(image).map(|(a, b)| u32::from(a.abs_diff(b)));
            let sum: u32 = differences.sum();
            // A whole pixel's shift of a digit changes 12,000 at the very least.
            if sum < 4000 {
                same_position += 1;
                difference += sum;
            }
        }
        let mean = f64::from(difference) / f64::from(same_position) / PIXELS as f64;
        println!(
            "factor {factor}: {same_position} of 1000 in the same position, differing by {mean:.4}"
        );
        assert!(same_position >= 995, "factor {factor}: {same_position}");
        assert!(mean < 0.05, "factor {factor}: {mean}");
    }
}

fn enlarged(image: &[u8], factor: usize) -> Ink {
    let side = SIDE * factor;
    let cell = |at: usize| image[at / side / factor * SIDE + at % side / factor];
    Ink::new(side, side, (0..side * side).map(cell).collect()).unwrap()
}

#[test]
fn the_centre_of_mass_is_where_normalise_puts_it() {
    let train = mnist().train;
    let (mut inside, mut sums) = (0, [0.0, 0.0]);
    for index in 0..train.len() {
        let (mut mass, mut moments) = (0.0, [0.0, 0.0]);
        for (position, &value) in train.image(index).iter().enumerate() {
            mass += f64::from(value);
            moments[0] += f64::from(value) * (position % SIDE) as f64;
            moments[1] += f64::from(value) * (position / SIDE) as f64;
        }
        let centre = moments.map(|moment| moment / mass);
        sums = [sums[0] + centre[0], sums[1] + centre[1]];
        inside += u32::from(centre.iter().all(|at| (13.5..14.5).contains(at)));
    }
    for sum in sums {
        assert!((sum / 60_000.0 - 14.0).abs() < 0.01, "{sums:?}");
    }
    assert!(inside > 59_900, "{inside}");
}

/// One nearest neighbour that knows synthetic digits alone reads real ones.
#[test]
fn synthetic_digits_look_like_real_ones() {
    let test = mnist().test;
    let known = synthetic::digits(3000, 1).unwrap();
    let distance = |a: &[u8], b: &[u8]| -> u32 {
        let squares = a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2));
        squares.sum()
    };
    let right = (0..500).filter(|&index| {
        let nearest =
            (0..known.len()).min_by_key(|&other| distance(test.image(index), known.image(other)));
        nearest.map(|other| known.label(other)) == Some(test.label(index))
    });
    let right = right.count();
    println!("{right} of 500 real digits are nearest to a synthetic one of their kind");
    assert!(right >= 400, "{right} of 500");
}
