"""What a vendor claims of a product, held against what was observed.

A claim names a clause of a control map: a security profile of PS3.15, a question of MDS2, a
transaction of IHE ATNA. Observed is what the probes found that speak of this clause.
"""
