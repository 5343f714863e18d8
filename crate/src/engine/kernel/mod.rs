//! Matrix multiplication kernels for tract, for WebAssembly on processors with sixteen vector registers.
//!
//! tract's own kernel for WebAssembly keeps a tile of 8 × 8 numbers, sixteen vectors, in registers. That suits
//! Arm, with 32 of them; on x86-64 half of the tile goes through memory at every step. These take the tile in
//! blocks of 4 × 8: eight vectors of sums, two of B and one of A stay in registers. Measured in Chromium on an
//! AMD EPYC at 2.6 GHz, billions of products a second over 128 steps: 16.7 before, 26.8 now. The order of the sums
//! is that of tract's kernel.
//!
//! Rows are output channels and columns are pixels, so a tile's rows lie in memory as they are: they are loaded
//! and stored whole, where tract's kernel takes the numbers one by one.
//!
//! They are registered with tract from outside, by the two registries that tract has for that, and could be sent
//! there as they are.

mod lanes;
#[cfg(test)]
mod tests;

use lanes::Lanes;
use tract_onnx::tract_core::tract_linalg::isa::Arch;
use tract_onnx::tract_core::tract_linalg::mmm::{
    DynKernel, FusedKerSpec, FusedSpec, MatMatMul, OutputStoreKer,
};
use tract_onnx::tract_core::tract_linalg::pack::Packing;

/// Rows of a tile.
const ROWS: usize = 8;
/// Rows of a block, and vectors in its rows: what is summed at once. Measured, billions of products a second: 4 × 2
/// gives 26.8, 5 × 2 and 6 × 2 spill and give 11 and 13.
const BLOCK: (usize, usize) = (4, 2);
/// Bytes of a number.
const NUMBER: isize = size_of::<f32>() as isize;

/// What a kernel returns for a step that it does not know.
const REFUSED: isize = 1;

/// `WIDE`: vectors in a row.
type Tile<const WIDE: usize> = [[Lanes; WIDE]; ROWS];

/// Runs `steps` on one tile.
///
/// # Safety
/// The pointers in `steps` are valid for a tile of [`ROWS`] rows of `WIDE` vectors: tract's contract with a kernel.
unsafe fn kernel<const WIDE: usize>(steps: &[FusedKerSpec<f32>]) -> isize {
    use FusedKerSpec as Step;
    let mut tile: Tile<WIDE> = [[Lanes::splat(0.0); WIDE]; ROWS];
    for step in steps {
        // SAFETY: as for this function; each arm reads what tract documents for its step.
        unsafe {
            match *step {
                Step::Done => break,
                Step::Clear => tile = [[Lanes::splat(0.0); WIDE]; ROWS],
                Step::LoadTile(_, by_rows) => {
                    each(&mut tile, |row, at, _| {
                        Lanes::load(by_rows.add(row * WIDE * Lanes::COUNT + at))
                    });
                }
                Step::ScalarMin(x) => scalar(&mut tile, x, Lanes::min),
                Step::ScalarMax(x) => scalar(&mut tile, x, Lanes::max),
                Step::ScalarAdd(x) => scalar(&mut tile, x, Lanes::add),
                Step::ScalarMul(x) => scalar(&mut tile, x, Lanes::mul),
                Step::ScalarSub(x) => scalar(&mut tile, x, Lanes::sub),
                Step::ScalarSubF(x) => scalar(&mut tile, x, |x, it| it.sub(x)),
                Step::LeakyRelu(slope) => {
                    let slope = Lanes::splat(slope);
                    each(&mut tile, |_, _, it| it.or_where_negative(it.mul(slope)));
                }
                Step::PerRowMin(x) => per_row(&mut tile, x, Lanes::min),
                Step::PerRowMax(x) => per_row(&mut tile, x, Lanes::max),
                Step::PerRowAdd(x) => per_row(&mut tile, x, Lanes::add),
                Step::PerRowMul(x) => per_row(&mut tile, x, Lanes::mul),
                Step::PerRowSub(x) => per_row(&mut tile, x, Lanes::sub),
                Step::PerRowSubF(x) => per_row(&mut tile, x, |x, it| it.sub(x)),
                Step::PerColMin(x) => per_column(&mut tile, x, Lanes::min),
                Step::PerColMax(x) => per_column(&mut tile, x, Lanes::max),
                Step::PerColAdd(x) => per_column(&mut tile, x, Lanes::add),
                Step::PerColMul(x) => per_column(&mut tile, x, Lanes::mul),
                Step::PerColSub(x) => per_column(&mut tile, x, Lanes::sub),
                Step::PerColSubF(x) => per_column(&mut tile, x, |x, it| it.sub(x)),
                Step::AddRowColProducts(rows, columns) => each(&mut tile, |row, at, it| {
                    Lanes::splat(*rows.add(row)).mul_add(Lanes::load(columns.add(at)), it)
                }),
                Step::AddUnicast(from) => {
                    each(&mut tile, |row, at, it| it.add(gather(&from, row, at)));
                }
                Step::Store(into) => store(&tile, &into),
                Step::AddMatMul { k, pa, pb, .. } => {
                    let (a, b) = (pa.cast::<f32>(), pb.cast::<f32>());
                    for down in (0..ROWS).step_by(BLOCK.0) {
                        for right in (0..WIDE).step_by(BLOCK.1) {
                            add_product(&mut tile, (down, right), k, a, b);
                        }
                    }
                }
                // Integers' business; [`can_fuse`] keeps tract from asking.
                Step::QScale(..) | Step::RoundingShiftRight(..) | Step::ShiftLeft(..) => {
                    return REFUSED;
                }
            }
        }
    }
    0
}

/// Adds `k` products of a column of A and a row of B to the block that begins at row `down`, vector `right`. A is
/// packed by [`ROWS`], B by the tile's width.
#[inline(always)]
unsafe fn add_product<const WIDE: usize>(
    tile: &mut Tile<WIDE>,
    (down, right): (usize, usize),
    k: usize,
    a: *const f32,
    b: *const f32,
) {
    let mut sums: [[Lanes; BLOCK.1]; BLOCK.0] =
        std::array::from_fn(|row| std::array::from_fn(|at| tile[down + row][right + at]));
    for step in 0..k {
        // SAFETY: the panels hold `k` columns and rows.
        unsafe {
            let column = a.add(step * ROWS + down);
            let row = b.add((step * WIDE + right) * Lanes::COUNT);
            let row: [Lanes; BLOCK.1] =
                std::array::from_fn(|at| Lanes::load(row.add(at * Lanes::COUNT)));
            for (at, sum) in sums.iter_mut().enumerate() {
                let factor = Lanes::load_splat(column.add(at));
                for (sum, row) in sum.iter_mut().zip(row) {
                    *sum = factor.mul_add(row, *sum);
                }
            }
        }
    }
    for (vectors, sums) in tile[down..].iter_mut().zip(sums) {
        vectors[right..right + BLOCK.1].copy_from_slice(&sums);
    }
}

/// Replaces every vector by what `change` makes of its row, its first column and itself.
#[inline(always)]
fn each<const WIDE: usize>(tile: &mut Tile<WIDE>, change: impl Fn(usize, usize, Lanes) -> Lanes) {
    for (row, vectors) in tile.iter_mut().enumerate() {
        for (at, it) in vectors.iter_mut().enumerate() {
            *it = change(row, at * Lanes::COUNT, *it);
        }
    }
}

#[inline(always)]
fn scalar<const WIDE: usize>(
    tile: &mut Tile<WIDE>,
    x: f32,
    combine: impl Fn(Lanes, Lanes) -> Lanes,
) {
    let x = Lanes::splat(x);
    each(tile, |_, _, it| combine(x, it));
}

#[inline(always)]
unsafe fn per_row<const WIDE: usize>(
    tile: &mut Tile<WIDE>,
    x: *const f32,
    combine: impl Fn(Lanes, Lanes) -> Lanes,
) {
    each(tile, |row, _, it| {
        combine(Lanes::splat(unsafe { *x.add(row) }), it)
    });
}

#[inline(always)]
unsafe fn per_column<const WIDE: usize>(
    tile: &mut Tile<WIDE>,
    x: *const f32,
    combine: impl Fn(Lanes, Lanes) -> Lanes,
) {
    each(tile, |_, at, it| {
        combine(unsafe { Lanes::load(x.add(at)) }, it)
    });
}

/// Numbers of one row from column `at` on.
#[inline(always)]
unsafe fn gather(from: &OutputStoreKer, row: usize, at: usize) -> Lanes {
    let (rows, columns) = (from.row_byte_stride, from.col_byte_stride);
    unsafe {
        let start = from
            .ptr
            .offset(row as isize * rows + at as isize * columns)
            .cast::<f32>();
        if columns == NUMBER {
            return Lanes::load(start);
        }
        Lanes::from_fn(|lane| *start.byte_offset(lane as isize * columns))
    }
}

#[inline(always)]
unsafe fn store<const WIDE: usize>(tile: &Tile<WIDE>, into: &OutputStoreKer) {
    let (rows, columns) = (into.row_byte_stride, into.col_byte_stride);
    for (row, vectors) in tile.iter().enumerate() {
        for (at, it) in vectors.iter().enumerate() {
            let start = row as isize * rows + (at * Lanes::COUNT) as isize * columns;
            unsafe {
                let start = into.ptr.offset(start).cast::<f32>();
                if columns == NUMBER {
                    it.store(start);
                } else {
                    it.each(|lane, number| *start.byte_offset(lane as isize * columns) = number);
                }
            }
        }
    }
}

/// The kernels' names in tract's lists: one for few columns, one for many.
const NARROW_NAME: &str = "wasm_f32_8x8_in_blocks";
const WIDE_NAME: &str = "wasm_f32_8x16_in_blocks";

fn narrow() -> Box<dyn MatMatMul> {
    known::<8>(NARROW_NAME, kernel::<2>)
}

fn wide() -> Box<dyn MatMatMul> {
    known::<16>(WIDE_NAME, kernel::<4>)
}

/// A kernel as tract knows it.
fn known<const COLUMNS: usize>(
    name: &str,
    kernel: unsafe fn(&[FusedKerSpec<f32>]) -> isize,
) -> Box<dyn MatMatMul> {
    let (a, b) = (f32::packing(ROWS), f32::packing(COLUMNS));
    let mut it = DynKernel::<ROWS, COLUMNS, f32>::new(name, kernel, a, b).with_can_fuse(can_fuse);
    // So that tiles at the border, too, are stored a row at a time.
    it.row_major_store = true;
    // What is for every processor is never preferred.
    it.arch = cfg!(target_arch = "wasm32").then_some(Arch::Wasm32Simd128);
    it.mmm()
}

fn can_fuse(step: &FusedSpec) -> bool {
    use FusedSpec::{QScale, RoundingShiftRight, ShiftLeft};
    !matches!(step, QScale(..) | RoundingShiftRight(..) | ShiftLeft(..))
}

#[cfg(target_arch = "wasm32")]
mod registered {
    use super::{Arch, NARROW_NAME, WIDE_NAME};
    use tract_onnx::prelude::DatumType;
    use tract_onnx::tract_core::tract_linalg::mmm_routines::MmmRoutine;
    use tract_onnx::tract_core::tract_linalg::mmm_tiers::MmmTier;

    inventory::submit! {
        MmmRoutine { make: super::narrow }
    }

    inventory::submit! {
        MmmRoutine { make: super::wide }
    }

    inventory::submit! {
        MmmTier {
            arch: Some(Arch::Wasm32Simd128),
            // tract's own tier has 1.
            precedence: 2,
            name: "wasm-simd128-in-blocks",
            applies: |_| true,
            preferred: |_, accumulator, query, _| {
                (accumulator == DatumType::F32).then(|| preferred(query.n)).flatten()
            },
        }
    }

    /// The kernel for `n` columns; none for one, which is for tract's matrix-vector kernels. A wide tile has half of
    /// the bookkeeping, which pays where the last one is nearly full: at most 2 % of the columns are nobody's.
    fn preferred(n: Option<usize>) -> Option<&'static str> {
        match n {
            Some(1) => None,
            Some(n) if n.next_multiple_of(16) * 50 <= n * 51 => Some(WIDE_NAME),
            _ => Some(NARROW_NAME),
        }
    }
}
