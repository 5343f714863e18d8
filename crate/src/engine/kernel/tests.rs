//! The kernels answer like tract's portable one, for tiles whole and cut off, and for every step.
//! Here they run on arrays; `tests/npm/core.test.mjs` runs them as WebAssembly.

use super::{narrow, wide};
use crate::random::{mix, unit};
use tract_onnx::prelude::Tensor;
use tract_onnx::tract_core::tract_linalg::mmm::{AsInputValue, FusedSpec, MatMatMul};
use tract_onnx::tract_core::tract_linalg::{BinOp, MmmDispatch};

fn portable() -> Box<dyn MatMatMul> {
    let all = MmmDispatch::native().runnable();
    let named = all.iter().find(|it| it.name() == "generic_f32_4x4");
    named.expect("tract has its portable kernel").clone()
}

fn numbers(shape: &[usize], seed: u64) -> Tensor {
    let number = |at: usize| 2.0 * unit(mix(seed << 32 | at as u64)) as f32 - 1.0;
    let values: Vec<f32> = (0..shape.iter().product()).map(number).collect();
    Tensor::from_shape(shape, &values).unwrap()
}

/// `steps` after the product of an m × k and a k × n matrix, as m × n numbers, or n × m where `across`.
fn answer(
    kernel: &dyn MatMatMul,
    (m, k, n): (usize, usize, usize),
    across: bool,
    steps: &dyn Fn(&dyn MatMatMul) -> Vec<FusedSpec<'static>>,
) -> Vec<f32> {
    let (a, b) = (numbers(&[m, k], 1), numbers(&[k, n], 2));
    let (rows, columns, shape) = if across {
        (1, 0, [n, m])
    } else {
        (0, 1, [m, n])
    };
    let mut found = Tensor::zero::<f32>(&shape).unwrap();
    let (pack_a, pack_b) = &kernel.packings()[0];
    let product = FusedSpec::AddMatMul {
        a: AsInputValue::Owned(pack_a.prepare_one(&a, 1, 0).unwrap()),
        b: AsInputValue::Owned(pack_b.prepare_one(&b, 0, 1).unwrap()),
        packing: 0,
    };
    let mut all = vec![product];
    all.extend(steps(kernel));
    // SAFETY: the views are of tensors of the sizes that the kernel is run for.
    unsafe {
        let view = kernel.c_view(Some(rows), Some(columns));
        all.push(FusedSpec::Store(view.wrap(&found.view_mut())));
        kernel.run(m, n, &all).unwrap();
    }
    found
        .to_plain_array_view::<f32>()
        .unwrap()
        .iter()
        .copied()
        .collect()
}

fn assert_same(
    size: (usize, usize, usize),
    across: bool,
    steps: &dyn Fn(&dyn MatMatMul) -> Vec<FusedSpec<'static>>,
    what: &str,
) {
    let expected = answer(&*portable(), size, across, steps);
    for kernel in [narrow(), wide()] {
        let found = answer(&*kernel, size, across, steps);
        for (a, b) in found.iter().zip(&expected) {
            let near = (a - b).abs() <= 1e-4 * b.abs().max(1.0);
            assert!(near, "{kernel:?}: {what} at {size:?}: {a}, {b} expected");
        }
    }
}

fn kept(tensor: Tensor) -> &'static Tensor {
    Box::leak(Box::new(tensor))
}

#[test]
fn a_product_of_any_size() {
    for m in [1, 4, 7, 8, 9, 19] {
        for n in [1, 3, 8, 11, 16, 37] {
            for k in [1, 2, 33] {
                for across in [false, true] {
                    assert_same((m, k, n), across, &|_| vec![], "the product");
                }
            }
        }
    }
}

#[test]
fn every_step() {
    const SIZE: (usize, usize, usize) = (11, 5, 13);
    let (m, _, n) = SIZE;
    let scalar = kept(numbers(&[], 3));
    let (row, column) = (kept(numbers(&[m], 4)), kept(numbers(&[n], 5)));
    for op in [
        BinOp::Min,
        BinOp::Max,
        BinOp::Add,
        BinOp::Mul,
        BinOp::Sub,
        BinOp::SubF,
    ] {
        let one = move |step: FusedSpec<'static>| move |_: &dyn MatMatMul| vec![step.clone()];
        assert_same(
            SIZE,
            false,
            &one(FusedSpec::BinScalar(scalar, op)),
            &format!("{op:?}"),
        );
        let per_row = FusedSpec::BinPerRow(row.view(), op);
        assert_same(SIZE, false, &one(per_row), &format!("{op:?} per row"));
        let per_column = FusedSpec::BinPerCol(column.view(), op);
        assert_same(SIZE, false, &one(per_column), &format!("{op:?} per column"));
    }
    let leaky = |_: &dyn MatMatMul| vec![FusedSpec::LeakyRelu(scalar)];
    assert_same(SIZE, false, &leaky, "leaky ReLU");
    let outer = |_: &dyn MatMatMul| vec![FusedSpec::AddRowColProducts(row, column)];
    assert_same(SIZE, false, &outer, "the outer product");
    let added = kept(numbers(&[m, n], 6));
    // SAFETY: the view is of a tensor of the size that the kernel is run for.
    let unicast = |kernel: &dyn MatMatMul| unsafe {
        vec![FusedSpec::AddUnicast(
            kernel.c_view(Some(0), Some(1)).wrap(&added.view()),
        )]
    };
    assert_same(SIZE, false, &unicast, "a tensor of the same shape");
    let turned = kept(numbers(&[n, m], 7));
    let unicast = |kernel: &dyn MatMatMul| unsafe {
        vec![FusedSpec::AddUnicast(
            kernel.c_view(Some(1), Some(0)).wrap(&turned.view()),
        )]
    };
    assert_same(SIZE, true, &unicast, "a tensor that lies across");
}
