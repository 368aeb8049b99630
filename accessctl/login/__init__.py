"""Login through ID-porten and Feide."""
