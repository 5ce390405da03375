#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void convolve(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *x, __global uchar *weight, __global uchar *bias, __global uchar *state, __global uchar *y, __global uchar *dims)
{
  bool b_65, b_40, b_41, b_27; 
  float f_74, f_73, f_50, f_49, f_56, f_62, f_32, f_63, f_66, f_33, f_68, f_67, f_70, f_37, f_72, f_71; 
  ulong ul_55, ul_61, ul_0, ul_31, ul_2, ul_1, ul_4, ul_3, ul_5, ul_8, ul_10, ul_9, ul_12, ul_11, ul_14, ul_16, ul_48, ul_79; 
  int i_34, i_38, i_35, i_36, i_42, i_39, i_43, i_44, i_51, i_57, i_64, i_69, i_6, i_7, i_13, i_75, i_17, i_81, i_18, i_15, i_80, i_21, i_22, i_19, i_20, i_25, i_26, i_23, i_24; 
  long l_76, l_45, l_77, l_46, l_78, l_58, l_59, l_28, l_60, l_29, l_30, l_47, l_52, l_53, l_54; 

  // BLOCK 0
  ul_0  =  (ulong) x;
  ul_1  =  (ulong) weight;
  ul_2  =  (ulong) bias;
  ul_3  =  (ulong) state;
  ul_4  =  (ulong) y;
  ul_5  =  (ulong) dims;
  i_6  =  get_global_size(0);
  i_7  =  get_global_size(1);
  ul_8  =  ul_5 + 40L;
  ul_9  =  ul_5 + 36L;
  ul_10  =  ul_5 + 32L;
  ul_11  =  ul_5 + 28L;
  ul_12  =  ul_5 + 24L;
  i_13  =  get_global_id(0);
  ul_14  =  ul_5 + 20L;
  i_15  =  get_global_id(1);
  ul_16  =  ul_5 + 16L;
  // BLOCK 1 MERGES [0 22 ]
  i_17  =  i_15;
  for(;;)
  {
    i_18  =  *((__global int *) ul_16);
    if(!(i_17 < i_18))
    {
      break;
    }
    // BLOCK 2
    // BLOCK 3 MERGES [2 21 ]
    i_19  =  i_13;
    for(;;)
    {
      i_20  =  *((__global int *) ul_14);
      if(!(i_19 < i_20))
      {
        break;
      }
      // BLOCK 4
      i_21  =  *((__global int *) ul_14);
      i_22  =  *((__global int *) ul_12);
      i_23  =  *((__global int *) ul_11);
      i_24  =  *((__global int *) ul_10);
      i_25  =  *((__global int *) ul_9);
      i_26  =  *((__global int *) ul_8);
      b_27  =  i_25 == 1;
      if(b_27)
      {
        // BLOCK 5
        l_28  =  (long) i_17;
        l_29  =  l_28 + 4L;
        l_30  =  l_29 << 2;
        ul_31  =  ul_2 + l_30;
        f_32  =  *((__global float *) ul_31);
        f_33  =  f_32;
      }  // B4
      else
      {
        // BLOCK 6
        f_33  =  0.0F;
      }  // B4
      // BLOCK 7 MERGES [6 5 ]
      i_34  =  i_19 - i_23;
      i_35  =  i_22 * i_17;
      i_36  =  i_21 * i_17;
      f_37  =  f_33;
      // BLOCK 8 MERGES [7 14 ]
      f_37  =  f_33;
      i_38  =  0;
      for(;i_38 < i_22;)
      {
        // BLOCK 9
        i_39  =  i_34 + i_38;
        b_40  =  i_39 < 0;
        if(b_40)
        {
          // BLOCK 10
          b_41  =  i_26 == 1;
          if(b_41)
          {
            // BLOCK 11
            i_42  =  i_17 * i_23;
            i_43  =  i_42 + i_23;
            i_44  =  i_43 + i_39;
            l_45  =  (long) i_44;
            l_46  =  l_45 + 4L;
            l_47  =  l_46 << 2;
            ul_48  =  ul_3 + l_47;
            f_49  =  *((__global float *) ul_48);
            f_50  =  f_49;
          }  // B10
          else
          {
            // BLOCK 12
            f_50  =  0.0F;
          }  // B10
        }  // B9
        else
        {
          // BLOCK 13
          i_51  =  i_36 + i_39;
          l_52  =  (long) i_51;
          l_53  =  l_52 + 4L;
          l_54  =  l_53 << 2;
          ul_55  =  ul_0 + l_54;
          f_56  =  *((__global float *) ul_55);
          f_50  =  f_56;
        }  // B9
        // BLOCK 14 MERGES [13 12 11 ]
        i_57  =  i_35 + i_38;
        l_58  =  (long) i_57;
        l_59  =  l_58 + 4L;
        l_60  =  l_59 << 2;
        ul_61  =  ul_1 + l_60;
        f_62  =  *((__global float *) ul_61);
        f_63  =  fma(f_50, f_62, f_37);
        i_64  =  i_38 + 1;
        f_37  =  f_63;
        i_38  =  i_64;
      }  // B8
      // BLOCK 15
      b_65  =  i_24 == 1;
      if(b_65)
      {
        // BLOCK 16
        f_66  =  fabs(f_37);
        f_67  =  -f_66;
        f_68  =  exp(f_67);
        i_69  =  isless(f_37, 0.0F);
        if(i_69 == 1)
        {
          // BLOCK 17
          f_70  =  f_68;
        }  // B16
        else
        {
          // BLOCK 18
          f_70  =  1.0F;
        }  // B16
        // BLOCK 19 MERGES [18 17 ]
        f_71  =  f_68 + 1.0F;
        f_72  =  f_70 / f_71;
        f_73  =  f_72 * f_37;
        f_74  =  f_73;
      }  // B15
      else
      {
        // BLOCK 20
        f_74  =  f_37;
      }  // B15
      // BLOCK 21 MERGES [20 19 ]
      i_75  =  i_19 + i_36;
      l_76  =  (long) i_75;
      l_77  =  l_76 + 4L;
      l_78  =  l_77 << 2;
      ul_79  =  ul_4 + l_78;
      *((__global float *) ul_79)  =  f_74;
      i_80  =  i_6 + i_19;
      i_19  =  i_80;
    }  // B3
    // BLOCK 22
    i_81  =  i_7 + i_17;
    i_17  =  i_81;
  }  // B1
  // BLOCK 23
  return;
}  //  kernel
