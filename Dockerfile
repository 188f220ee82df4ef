# The image of Keyferry: one bundle on a distroless Node 24 base. It comes with the chart.
