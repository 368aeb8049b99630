"""The screens where roles and special grants are given to employees."""
