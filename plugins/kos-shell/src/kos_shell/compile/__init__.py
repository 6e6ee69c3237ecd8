"""From the syntax tree to closures: `Compiler(...).command(node)` gives a function `(sh) -> status`.

    words.py        a word -> one string or a list of fields
    defaults.py     ${x:-word}                patterns.py     a word -> a pattern
    parameters.py   $x ${x...}: where a value comes from
    operators.py    what ${x op ...} does to it
    arithmetic.py   $(( )), (( )), subscripts: expressions in the tree
    substitution.py $( ) ` ` <( )
    assignments.py  x=1 a[i]=2 a=(1 2)
    redirects.py    > < >> 2>&1 << ...
    simple.py       simple commands, the hot path
    quick.py        : true local              declared.py     declare x=1
    tests.py        [[ ]]                     brackets.py     [ ] where its shape is known
    compound.py     lists, if, case, { }, ( ), functions
    loops.py        while, for, select
    pipelines.py    a | b, a &
    compiler.py     all of it as one class

Each part of the tree is compiled once; what can be decided then (constant words, a lone "$x", the operator of a test) is, and
the closure that results does the rest. Closures keep no state and belong to no shell.
"""
